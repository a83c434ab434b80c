"""One module per outside system, each translating to domain types and declaring how it sends."""
