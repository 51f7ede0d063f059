// The official TypeScript SDK, version 2: `typescript_v2.mjs auto|legacy URL` or `typescript_v2.mjs auto|legacy COMMAND [ARG..]`.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { session } from './session.mjs';

const [era, target, ...args] = process.argv.slice(2);
const transport = target.startsWith('http')
  ? new StreamableHTTPClientTransport(new URL(target))
  : new StdioClientTransport({ command: target, args, stderr: 'inherit' });
const client = new Client({ name: 'typescript-v2', version: '0' }, { versionNegotiation: { mode: era } });
await client.connect(transport);
await session(client, () => client.getNegotiatedProtocolVersion());
