"""The far side of the sandbox: what runs in the worker and in the job, never in the caller's process."""
