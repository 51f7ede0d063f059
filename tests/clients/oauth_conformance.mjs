// MCPJam's OAuth conformance, without a browser: `oauth_conformance.mjs REVISION URL`. From the first 401 to a call, and what must be refused on the way.

import { OAuthConformanceTest, formatOAuthConformanceHuman } from '@mcpjam/sdk';
const [version, url] = process.argv.slice(2);
const test = new OAuthConformanceTest({
  serverUrl: url,
  protocolVersion: version,
  registrationStrategy: 'dcr',
  auth: { mode: 'headless' },
  oauthConformanceChecks: true,
  verification: { listTools: true, callTool: { name: 'read_note', params: { id: 1 } } },
});
const result = await test.run();
console.log(formatOAuthConformanceHuman(result));
process.exit(result.passed ? 0 : 1);
