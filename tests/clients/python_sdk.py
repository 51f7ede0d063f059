"""The official Python SDK as a client: `python_sdk.py auto|legacy URL` or `python_sdk.py auto|legacy COMMAND [ARG..]`.

Prints one JSON line with what it saw; session.mjs prints the same for the TypeScript SDKs.
"""

import asyncio
import json
import sys

from mcp import Client, MCPError, StdioServerParameters


async def main(era: str, target: str, *args: str) -> None:
    server = target if target.startswith("http") else StdioServerParameters(command=target, args=list(args))
    async with Client(server, mode=era, read_timeout_seconds=20) as client:

        async def call(name: str, arguments: dict) -> dict:
            try:
                result = await client.call_tool(name, arguments)
            except MCPError as error:
                return {"is_error": True, "text": str(error), "structured": None}
            return {
                "is_error": bool(result.is_error),
                "text": "\n".join(block.text for block in result.content if block.type == "text"),
                "structured": result.structured_content,
            }

        seen = {
            "protocol": client.protocol_version,
            "server": client.server_info.name,
            "tools": [tool.name for tool in (await client.list_tools()).tools],
            "sum": await call("add", {"a": 1, "b": 2}),
            "refused": await call("add", {"a": 1, "b": 2_000_000}),
            "panicked": await call("boom", {}),
            "sum_after_panic": await call("add", {"a": 20, "b": 22}),
        }
    print(json.dumps(seen))


asyncio.run(main(*sys.argv[1:]))
