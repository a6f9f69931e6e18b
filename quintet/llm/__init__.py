"""Chat models behind one protocol: the client, what wraps it, and fakes.

`chat` holds the types and the protocol; `client` talks to an OpenAI-compatible endpoint; `structured`
asks for a typed reply. What wraps a model is a model: `cache`, `recorded`, `usage`. `fake` needs no network.
"""
