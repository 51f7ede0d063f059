// The official TypeScript SDK, version 1, which knows the 2025 revisions alone: `typescript_v1.mjs URL` or `typescript_v1.mjs COMMAND [ARG..]`.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { session } from './session.mjs';

const [target, ...args] = process.argv.slice(2);
const transport = target.startsWith('http')
  ? new StreamableHTTPClientTransport(new URL(target))
  : new StdioClientTransport({ command: target, args, stderr: 'inherit' });

// This SDK tells its transport alone which revision was agreed on.
let protocol = null;
const tell = transport.setProtocolVersion?.bind(transport);
transport.setProtocolVersion = (version) => {
  protocol = version;
  tell?.(version);
};

const client = new Client({ name: 'typescript-v1', version: '0' });
await client.connect(transport);
await session(client, () => protocol);
