/** The API server of TEST_KUBECONFIG, asked over HTTP with an account's token. */
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { kubectl } from './kubectl';

/** The parts of a group's live objects that are looked at. */
export interface LiveObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
  };
  readonly endpoints?: readonly Endpoint[] | null;
}

interface Endpoint {
  readonly addresses: readonly string[];
  readonly targetRef?: { readonly uid?: string };
}

export interface Upstream {
  readonly host: string;
  readonly port: number;
  readonly ca: Buffer;
  readonly agent: Agent;
}

export interface Reply {
  readonly status: number;
  readonly object: LiveObject;
}

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string };
  }[];
}

/** Where it is, and who vouches for it. */
export async function findApiServer(): Promise<Upstream> {
  const text = await kubectl(['config', 'view', '--raw', '--minify', '--flatten', '-o', 'json']);
  const [first] = (JSON.parse(text) as Kubeconfig).clusters;
  if (first === undefined) throw new Error('TEST_KUBECONFIG names no cluster');
  const { hostname, port } = new URL(first.cluster.server);
  return {
    host: hostname,
    port: Number(port === '' ? 443 : port),
    ca: Buffer.from(first.cluster['certificate-authority-data'], 'base64'),
    agent: new Agent({ keepAlive: true }),
  };
}

/** A token of the ServiceAccount, for as long as the API server allows. */
export async function tokenOf(namespace: string, account: string): Promise<string> {
  return (await kubectl(['create', 'token', account, '-n', namespace, '--duration=24h'])).trim();
}

export class ApiServer {
  constructor(
    private readonly upstream: Upstream,
    private readonly token: string,
  ) {}

  /** Fails unless it succeeds, or finds nothing. */
  async call(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
  ): Promise<Reply | undefined> {
    const answer = await this.open(method, path, body);
    const chunks: string[] = [];
    answer.setEncoding('utf8');
    for await (const chunk of answer) chunks.push(String(chunk));
    const { statusCode: status = 0 } = answer;
    if (status === 404) return undefined;
    if (status > 299) throw new Error(`${method} ${path}: status ${status}\n${chunks.join('')}`);
    return { status, object: JSON.parse(chunks.join('')) as LiveObject };
  }

  /** The answer as it comes. */
  open(method: string, path: string, body?: object): Promise<IncomingMessage> {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${this.token}`, 'content-type': type };
      const asked = request({ ...this.upstream, method, path, headers }, resolve);
      asked.on('error', reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
