// The official TypeScript SDKs log in, call, are asked for more, log in again and call: `step_up.mjs v1|v2 URL`.

const [version, url] = process.argv.slice(2);
const v1 = version === 'v1';
const { Client } = await import(v1 ? '@modelcontextprotocol/sdk/client/index.js' : '@modelcontextprotocol/client');
const { StreamableHTTPClientTransport } = await import(
  v1 ? '@modelcontextprotocol/sdk/client/streamableHttp.js' : '@modelcontextprotocol/client'
);

const asked = [];
let code;
const kept = {};

// What a browser and its user would do: follow the address, and come back with the code.
const provider = {
  redirectUrl: 'http://127.0.0.1:8765/callback',
  clientMetadata: {
    client_name: 'step-up',
    redirect_uris: ['http://127.0.0.1:8765/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  },
  state: () => 'xyz',
  clientInformation: () => kept.client,
  saveClientInformation: (client) => void (kept.client = client),
  tokens: () => kept.tokens,
  // Version 1 answers a refusal for want of scopes with a refresh, which grants no more, and gives up. Without a refresh token it asks its user.
  saveTokens: ({ refresh_token, ...tokens }) => void (kept.tokens = v1 ? tokens : { ...tokens, refresh_token }),
  saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
  codeVerifier: () => kept.verifier,
  redirectToAuthorization: async (address) => {
    asked.push(address.searchParams.get('scope'));
    const answer = await fetch(address, { redirect: 'manual' });
    code = new URL(answer.headers.get('location')).searchParams;
  },
};

let transport;
const connect = async () => {
  transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: provider });
  const options = v1 ? {} : { versionNegotiation: { mode: 'auto' } };
  const client = new Client({ name: 'step-up', version: '0' }, options);
  await client.connect(transport);
  return client;
};

// Once more after whatever the user has just agreed to.
const authorized = async (action) => {
  code = undefined;
  try {
    return await action();
  } catch (error) {
    if (!code) throw error;
    await transport.finishAuth(v1 ? code.get('code') : code);
    return await action();
  }
};

const client = await authorized(connect);
const call = async (name) => {
  const result = await authorized(() => client.callTool({ name, arguments: { id: 1 } }));
  return result.content[0].text;
};
const seen = { read: await call('read_note'), deleted: await call('delete_note'), asked, token: kept.tokens.access_token };
await client.close();
console.log(JSON.stringify(seen));
process.exit(0);
