import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

/**
 * A real issuer of OpenID Connect as a process of its own. It is sent `{ port, jwks }` once, listens, and says so. Its
 * clients get JWTs for the resource `keystead` by their credentials.
 */
process.once('message', ({ port, jwks }) => {
  const server = createServer().listen(port, '127.0.0.1', () => {
    const provider = new Provider(`http://127.0.0.1:${port}`, {
      jwks,
      clients: [
        {
          client_id: 'build-7',
          client_secret: 'not-a-secret',
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
        },
      ],
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_context, resource) => ({
            scope: 'use',
            audience: resource.replace('urn:', ''),
            accessTokenTTL: 600,
            accessTokenFormat: 'jwt',
          }),
        },
      },
    });
    server.on('request', provider.callback());
    process.send('listening');
  });
});
