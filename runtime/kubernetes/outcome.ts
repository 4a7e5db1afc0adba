/** What became of a request, in words that logs, metrics and people share. */
import * as v from 'valibot';
import { type Kind, KINDS } from './budget';

/** As in a Role. */
type Verb = 'get' | 'create' | 'update' | 'patch' | 'watch';

/** Why there was no answer. */
export type Trouble =
  /** None came in time. */
  | 'timeout'
  /** The server is not the one that the certificate vouches for. */
  | 'tls'
  /** Refused, unreachable, or broken off. */
  | 'connection'
  /** The pod's account cannot be read. */
  | 'credentials'
  /** It was not sent: this elector has asked enough. */
  | 'budget';

export interface Target {
  readonly verb: Verb;

  /** `leases`, `pods` and so on. */
  readonly resource: string;
  readonly namespace: string;
}

export interface Outcome extends Target {
  /** The answer's status, or why there was none. */
  readonly code: number | Trouble;

  /** What the API server or the network says; empty where it says nothing. */
  readonly says: string;

  /** Whether the request was a guess that the API server may well refuse: a JSON Patch with tests. */
  readonly isTested: boolean;
}

export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';

  constructor(
    readonly trouble: Trouble,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const VERBS = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch' } as const;

export function targetOf(method: keyof typeof VERBS, path: string, isWatch = false): Target {
  const [, namespace = '', resource = ''] = /\/namespaces\/([^/]+)\/([^/?]+)/.exec(path) ?? [];
  return { verb: isWatch ? 'watch' : VERBS[method], resource, namespace };
}

/** Undefined for what nobody has set a limit to. */
export function kindOf({ verb, resource }: Target): Kind | undefined {
  return verb === 'watch' ? 'watches' : KINDS.find((kind) => kind === resource);
}

/** As Node's errors are, whichever part of it they come from. */
const Failure = v.object({ message: v.string(), code: v.optional(v.string(), '') });

const TLS_CODE = /^(CERT_|DEPTH_ZERO|EPROTO|ERR_SSL|ERR_TLS|HOSTNAME|SELF_SIGNED|UNABLE_TO)/;

/** What went wrong before there was an answer. */
export function noAnswer(error: unknown, otherwise: Trouble = 'connection'): NoAnswer {
  if (error instanceof NoAnswer) return error;
  const { success, output } = v.safeParse(Failure, error);
  if (!success) return new NoAnswer(otherwise, String(error), { cause: error });
  return new NoAnswer(TLS_CODE.test(output.code) ? 'tls' : otherwise, output.message, { cause: error });
}

/** What the API server says in a Status. */
export function messageOf(body: unknown): string {
  return v.is(v.object({ message: v.string() }), body) ? body.message : '';
}
