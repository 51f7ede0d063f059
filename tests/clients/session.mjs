// What each TypeScript client does once it is connected: one JSON line with what it saw, as python_sdk.py prints it.

export async function session(client, protocol) {
  const call = async (name, args) => {
    const result = await client.callTool({ name, arguments: args });
    return {
      is_error: result.isError ?? false,
      text: result.content.filter((block) => block.type === 'text').map((block) => block.text).join('\n'),
      structured: result.structuredContent ?? null,
    };
  };
  const seen = {
    protocol: protocol(),
    server: client.getServerVersion().name,
    tools: (await client.listTools()).tools.map((tool) => tool.name),
    sum: await call('add', { a: 1, b: 2 }),
    refused: await call('add', { a: 1, b: 2_000_000 }),
    panicked: await call('boom', {}),
    sum_after_panic: await call('add', { a: 20, b: 22 }),
  };
  await client.close();
  console.log(JSON.stringify(seen));
}
