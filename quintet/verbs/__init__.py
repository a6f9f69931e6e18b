"""The verbs of the command line, one file a group; `quintet.cli` puts them together."""
