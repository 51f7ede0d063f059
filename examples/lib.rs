//! Numbered examples of `mcp-runtime`, one idea each: see the files beside this one.
