/**
 * An API server in memory, over real HTTPS. It stands for what a write is decided by: versions, JSON Patch with `test`,
 * merge patches, 404, 409, 422. It validates nothing, knows no rights and collects no garbage; the fault suite has the
 * real one.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { JSON_PATCH } from '../../../runtime/kubernetes/api';
import { eventually } from '../../support/processes';
import { type LocalServer, bodyOf, secureServer } from './local-server';

type Json = Record<string, unknown>;

const JsonObject = v.record(v.string(), v.unknown());
const Operations = v.array(v.object({ op: v.string(), path: v.string(), value: v.optional(v.unknown()) }));
const Named = v.object({ metadata: v.object({ name: v.string() }) });
const Versioned = v.object({ metadata: v.object({ resourceVersion: v.optional(v.string()) }) });

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

export class ObjectStore {
  static async start(): Promise<ObjectStore & LocalServer> {
    const store = new ObjectStore();
    const local = await secureServer((request, response) => void store.serve(request, response));
    return Object.assign(store, local);
  }

  /** By path. */
  readonly objects = new Map<string, Json>();

  /** All requests, in their order. */
  readonly requests: Seen[] = [];

  /** Called before a request counts, for what somebody else does in the meantime. A status is answered instead. */
  interfere: (request: Seen) => number | undefined = () => undefined;

  private version = 100;
  private readonly watches = new Map<ServerResponse, URL>();
  private unanswered: number | undefined;

  /** Resolves when there are so many watches. */
  watched(count: number): Promise<void> {
    return eventually(() => this.watches.size === count, `${count} watches`);
  }

  /** Tells nothing more on those that there are, as if their connections had died without a word. */
  silenceWatches(): void {
    this.watches.clear();
  }

  /** Ends all watches; resolves when those who watched have asked again, which is not answered any more. */
  async endWatches(): Promise<void> {
    this.unanswered = 0;
    for (const response of this.watches.keys()) response.end();
    await eventually(() => this.unanswered === this.watches.size, 'the next watches');
  }

  /** Writes it as it is, with a new version. */
  put(path: string, object: Json): Json {
    this.version += 1;
    const metadata = {
      ...v.parse(JsonObject, object['metadata'] ?? {}),
      resourceVersion: String(this.version),
    };
    const stored = { ...structuredClone(object), metadata };
    const type = this.objects.has(path) ? 'MODIFIED' : 'ADDED';
    this.objects.set(path, stored);
    for (const [response, url] of this.watches) this.tell(response, url, type, path);
    return stored;
  }

  delete(path: string): void {
    for (const [response, url] of this.watches) this.tell(response, url, 'DELETED', path);
    this.objects.delete(path);
  }

  /** Those that change something, as `METHOD path`. */
  get writes(): readonly string[] {
    return this.requests
      .filter(({ method }) => method !== 'GET')
      .map(({ method, path }) => `${method} ${path}`);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    if (url.includes('?watch=')) {
      this.watch(new URL(url, 'https://server'), response);
      return;
    }
    const text = await bodyOf(request);
    const seen = { method, path: url, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
    this.requests.push(seen);
    const status = this.interfere(seen);
    const reply =
      status === undefined ? this.answer(seen, headers['content-type'] ?? '') : { status, body: {} };
    response.writeHead(reply.status, { 'content-type': 'application/json' }).end(JSON.stringify(reply.body));
  }

  /** Begins with the object as it is. */
  private watch(url: URL, response: ServerResponse): void {
    if (this.unanswered !== undefined) {
      this.unanswered += 1;
      return;
    }
    response.writeHead(200).flushHeaders();
    this.watches.set(response, url);
    for (const path of this.objects.keys()) this.tell(response, url, 'ADDED', path);
  }

  private tell(response: ServerResponse, url: URL, type: string, path: string): void {
    const name = url.searchParams.get('fieldSelector')?.replace('metadata.name=', '') ?? '';
    if (path !== `${url.pathname}/${name}`) return;
    response.write(`${JSON.stringify({ type, object: this.objects.get(path) })}\n`);
  }

  private answer({ method, path, body }: Seen, type: string): Reply {
    if (method === 'POST') return this.create(path, v.parse(JsonObject, body));
    const object = this.objects.get(path);
    if (object === undefined) return refusal(404);
    if (method === 'GET') return { status: 200, body: object };
    if (method === 'PATCH' && type === JSON_PATCH) return this.patch(path, object, body);
    const wanted = v.parse(JsonObject, body);
    if (!isOfVersion(wanted, object)) return refusal(409);
    return { status: 200, body: this.put(path, method === 'PUT' ? wanted : merged(object, wanted)) };
  }

  private create(collection: string, object: Json): Reply {
    const path = `${collection}/${v.parse(Named, object).metadata.name}`;
    if (this.objects.has(path)) return refusal(409);
    return { status: 201, body: this.put(path, object) };
  }

  private patch(path: string, object: Json, body: unknown): Reply {
    const copy = structuredClone(object);
    for (const { op, path: pointer, value } of v.parse(Operations, body)) {
      const { parent, key } = placeOf(copy, pointer);
      if (parent === undefined) return refusal(422);
      if (op === 'add') parent[key] = value;
      else if (!(key in parent)) return refusal(422);
      else if (op === 'replace') parent[key] = value;
      else if (op !== 'test' || !isDeepStrictEqual(parent[key], value)) return refusal(422);
    }
    return { status: 200, body: this.put(path, copy) };
  }
}

function refusal(code: number): Reply {
  return { status: code, body: { kind: 'Status', metadata: {}, code } };
}

/** A write that names no version is of any. */
function isOfVersion(wanted: Json, object: Json): boolean {
  const { resourceVersion } = v.parse(Versioned, { metadata: {}, ...wanted }).metadata;
  return (
    resourceVersion === undefined || resourceVersion === v.parse(Versioned, object).metadata.resourceVersion
  );
}

/** Where a JSON Pointer leads; no parent if there is none. */
function placeOf(object: Json, pointer: string): { parent: Json | undefined; key: string } {
  const keys = pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const key = keys.pop() ?? '';
  let parent: Json | undefined = object;
  for (const name of keys) {
    const next: unknown = parent?.[name];
    parent = v.is(JsonObject, next) ? next : undefined;
  }
  return { parent, key };
}

/** JSON Merge Patch, RFC 7386. */
function merged(target: unknown, patch: Json): Json {
  const result: Json = v.is(JsonObject, target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(result, key);
    else result[key] = v.is(JsonObject, value) ? merged(result[key], value) : value;
  }
  return result;
}
