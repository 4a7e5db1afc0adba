/** A real HTTPS server on this machine, with the credentials that a pod's account has. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Api, type ApiParts } from '../../../runtime/kubernetes/api';
import { temporaryFolder } from '../../support/processes';
import { selfSigned } from './certificate';

const certificate = selfSigned();
const servers: Server[] = [];

/** Ends all of them, with what is under way; for `afterAll`. */
export function closeServers(): void {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
}

export interface LocalServer {
  readonly api: Api;

  /** The folder with `token` and `ca.crt`. */
  readonly credentials: string;
  readonly server: Server;
}

export async function secureServer(listener: RequestListener, parts: ApiParts = {}): Promise<LocalServer> {
  const server = createServer(certificate, listener);
  const credentials = temporaryFolder();
  writeFileSync(join(credentials, 'token'), 'a-token\n');
  writeFileSync(join(credentials, 'ca.crt'), certificate.cert);
  const port = await listening(server);
  return { api: new Api({ host: '127.0.0.1', port, credentials }, parts), credentials, server };
}

/** Resolves to its port. */
export async function listening(server: Server, host = '127.0.0.1'): Promise<number> {
  servers.push(server);
  if (!server.listening) {
    server.listen(0, host);
    await once(server, 'listening');
  }
  return portOf(server.address());
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address === 'object' && address !== null) return address.port;
  throw new Error('it listens on a port');
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: string[] = [];
  request.setEncoding('utf8');
  for await (const chunk of request) chunks.push(String(chunk));
  return chunks.join('');
}
