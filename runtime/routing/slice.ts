/**
 * Leads clients by an EndpointSlice of the leader's Service: the one of an address family.
 *
 * Guaranteed: the slice has at most one endpoint, and never goes back to a former leader. It carries the term of whoever
 * wrote it; a write of an earlier term is not made, and one that is late fails, for each write names the version that it
 * replaces. A greater term that nobody leads in does not last: foreign-terms.ts. What somebody edits while a leader keeps
 * the slice is put right: where it leads, and its labels. The slice belongs to the leader's Pod, so that it goes when
 * nobody is left.
 */
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { sliceLabels } from '../../lib/leader/slice-labels';
import { TERM_ANNOTATION } from '../../lib/leader/term';
import type { Api } from '../kubernetes/api';
import { GROUP_PATHS } from '../kubernetes/paths';
import type { Watched } from '../kubernetes/watch';
import type { ForeignTerms } from './foreign-terms';
import type { Notice } from './notice';
import { statusProblem } from './status-problem';

export interface SlicePort {
  readonly name: string;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
}

export interface SliceTarget {
  readonly service: string;
  readonly name: string;

  /** Kubernetes: `addressType`, which a slice has for ever. */
  readonly family: 'IPv4' | 'IPv6';

  /** The pod's, of that family. */
  readonly address: string;
  readonly ports: readonly SlicePort[];
}

interface SliceOptions extends SliceTarget {
  readonly namespace: string;
  readonly pod: { readonly name: string; readonly uid: string; readonly node: string };
  readonly foreign: ForeignTerms;
  readonly onNotice: (notice: Notice) => void;
}

/** `superseded`: a later term has written it, as far as is known. What fails is rejected, and to be tried again. */
export type Routed = 'done' | 'superseded';

const yes = v.nullish(v.boolean(), true);
const text = v.nullish(v.string(), '');

/** What decides where clients go. */
const Slice = v.object({
  metadata: v.object({
    resourceVersion: v.optional(v.string()),
    labels: v.nullish(v.record(v.string(), v.string()), {}),
    annotations: v.nullish(v.record(v.string(), v.string()), {}),
  }),
  endpoints: v.nullish(
    v.array(
      v.object({
        addresses: v.array(v.string()),
        conditions: v.nullish(
          v.object({ ready: yes, serving: yes, terminating: v.nullish(v.boolean(), false) }),
          {},
        ),
        nodeName: text,
        targetRef: v.nullish(v.object({ uid: text }), {}),
      }),
    ),
    [],
  ),
  ports: v.nullish(
    v.array(v.object({ name: text, port: v.nullish(v.number(), 0), protocol: v.nullish(v.string(), 'TCP') })),
    [],
  ),
});

type Seen = v.InferOutput<typeof Slice>;

export class SliceRoute {
  /** Undefined: not known. */
  private seen: Seen | 'none' | undefined;

  constructor(
    private readonly api: Api,
    private readonly options: SliceOptions,
  ) {}

  get watched(): Watched {
    return { collection: this.collection, name: this.options.name };
  }

  /** What the watch says. */
  observe(object: unknown): void {
    this.seen = v.parse(Slice, object);
  }

  /** What is known may be out of date. */
  forget(): void {
    this.seen = undefined;
  }

  /** Leads clients to this pod. */
  async route(term: number, timeout: number): Promise<Routed> {
    const seen = (this.seen ??= await this.read(timeout));
    const body = this.body(term, [this.endpoint]);
    if (seen === 'none') return this.send({ method: 'POST', path: this.collection, body, timeout });
    const { foreign, onNotice, name } = this.options;
    const isForeign = termOf(seen) > term;
    if (isForeign && !foreign.isRefuted(termOf(seen))) return 'superseded';
    if (leadsAs(seen, body)) return 'done';
    // In its own term this member leads clients here or nowhere.
    const isEdited = isForeign || (termOf(seen) === term && !leadsAs(seen, this.body(term, [])));
    const routed = await this.replace(seen, body, timeout);
    if (isEdited) onNotice({ what: 'slice taken back', slice: name, was: saidBy(seen) });
    return routed;
  }

  /** Leads clients nowhere, if they are led to this term's leader or to one before. */
  async withdraw(term: number, timeout: number): Promise<Routed> {
    const seen = (this.seen ??= await this.read(timeout));
    if (seen === 'none') return 'done';
    if (termOf(seen) > term) return 'superseded';
    return seen.endpoints.length === 0 ? 'done' : this.replace(seen, this.body(term, []), timeout);
  }

  private replace(
    { metadata }: Seen,
    { metadata: own, ...rest }: SliceBody,
    timeout: number,
  ): Promise<Routed> {
    const body = { ...rest, metadata: { ...own, resourceVersion: metadata.resourceVersion } };
    return this.send({ method: 'PUT', path: this.path, body, timeout });
  }

  private async send(call: Parameters<Api['call']>[0]): Promise<Routed> {
    this.seen = undefined;
    const { status, body } = await this.api.call(call);
    if (status !== 200 && status !== 201) throw this.problem('written', status);
    this.seen = v.parse(Slice, body);
    return 'done';
  }

  private async read(timeout: number): Promise<Seen | 'none'> {
    const { status, body } = await this.api.call({ method: 'GET', path: this.path, timeout });
    if (status === 404) return 'none';
    if (status !== 200) throw this.problem('read', status);
    return v.parse(Slice, body);
  }

  private problem(deed: 'read' | 'written', status: number): Error {
    return statusProblem(`EndpointSlice ${this.options.name}`, deed, status);
  }

  private body(term: number, endpoints: readonly object[]): SliceBody {
    const { name, service, family, ports, pod } = this.options;
    return {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name,
        labels: sliceLabels(service),
        annotations: { [TERM_ANNOTATION]: String(term) },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: pod.name, uid: pod.uid }],
      },
      addressType: family,
      endpoints,
      ports,
    };
  }

  private get endpoint(): object {
    const { address, pod, namespace } = this.options;
    const { name, uid, node } = pod;
    return {
      addresses: [address],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: node,
      targetRef: { kind: 'Pod', namespace, name, uid },
    };
  }

  private get path(): string {
    return `${this.collection}/${this.options.name}`;
  }

  private get collection(): string {
    return GROUP_PATHS.slices(this.options.namespace);
  }
}

interface SliceBody {
  readonly metadata: object;
  readonly [field: string]: unknown;
}

function termOf({ metadata }: Seen): number {
  return Number(metadata.annotations[TERM_ANNOTATION] ?? 0);
}

function leadsAs(seen: Seen, wanted: SliceBody): boolean {
  return isDeepStrictEqual(routeOf(seen), routeOf(v.parse(Slice, wanted)));
}

/** Where it leads clients, and in which term; the order of its ports says nothing. */
function routeOf(seen: Seen): object {
  const { metadata, endpoints, ports } = seen;
  const sorted = ports.map(({ name, port, protocol }) => `${name} ${port} ${protocol}`).sort();
  return { term: termOf(seen), labels: metadata.labels, endpoints, ports: sorted };
}

function saidBy(seen: Seen): string {
  const addresses = seen.endpoints.flatMap((endpoint) => endpoint.addresses).join(', ');
  const labels = Object.entries(seen.metadata.labels).map(([key, value]) => `${key}=${value}`);
  return `token ${termOf(seen)}; ${addresses || 'no address'}; ${labels.join(', ') || 'no label'}`;
}
