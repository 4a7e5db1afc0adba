/**
 * Leads clients by the one EndpointSlice of the leader's Service.
 *
 * Guaranteed: the slice has at most one endpoint, and never goes back to a former leader. It carries the term of whoever
 * wrote it; a write of an earlier term is not made, and one that is late fails, for each write names the version that it
 * replaces. It belongs to the leader's Pod, so that it goes when nobody is left.
 */
import * as v from 'valibot';
import { TERM_ANNOTATION } from '../../lib/leader/term';
import type { Api } from '../kubernetes/api';
import { GROUP_PATHS } from '../kubernetes/paths';
import type { Watched } from '../kubernetes/watch';

export interface SliceOptions {
  readonly namespace: string;
  readonly service: string;
  readonly name: string;
  readonly ports: readonly { readonly name: string; readonly port: number }[];
  readonly pod: { readonly name: string; readonly uid: string; readonly ip: string; readonly node: string };
}

/** `superseded`: a later term has written it. `failed`: try again. */
export type Routed = 'done' | 'superseded' | 'failed';

const Slice = v.object({
  metadata: v.object({
    resourceVersion: v.string(),
    annotations: v.nullish(v.record(v.string(), v.string()), {}),
  }),
  endpoints: v.nullish(
    v.array(
      v.object({
        addresses: v.array(v.string()),
        targetRef: v.optional(v.object({ uid: v.optional(v.string()) })),
      }),
    ),
    [],
  ),
  ports: v.nullish(v.array(v.object({ name: v.optional(v.string()), port: v.optional(v.number()) })), []),
});

type Seen = v.InferOutput<typeof Slice>;

const MANAGER = 'cdk8s-ha';

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

  /** Whether somebody has led: then an application may run although there is no Lease. */
  async hasLed(timeout: number): Promise<boolean> {
    this.seen = await this.read(timeout);
    return this.seen !== 'none';
  }

  /** Leads clients to this pod. */
  route(term: number, timeout: number): Promise<Routed> {
    return this.write(term, timeout, (seen) => !this.leadsHere(seen, term));
  }

  /** Leads clients nowhere, unless somebody else has written since. */
  withdraw(term: number, timeout: number): Promise<Routed> {
    return this.write(term, timeout, (seen) => termOf(seen) === term && seen.endpoints.length > 0, true);
  }

  private async write(
    term: number,
    timeout: number,
    isDue: (seen: Seen) => boolean,
    isEmpty = false,
  ): Promise<Routed> {
    const seen = (this.seen ??= await this.read(timeout));
    if (seen === 'none') return isEmpty ? 'done' : this.create(term, timeout);
    if (termOf(seen) > term) return 'superseded';
    if (!isDue(seen)) return 'done';
    const { resourceVersion } = seen.metadata;
    const body = this.body(term, isEmpty, resourceVersion);
    const path = `${this.collection}/${this.options.name}`;
    return this.settle(this.api.call({ method: 'PUT', path, body, timeout }));
  }

  private create(term: number, timeout: number): Promise<Routed> {
    const call = { method: 'POST', path: this.collection, body: this.body(term, false), timeout } as const;
    return this.settle(this.api.call(call));
  }

  private async settle(reply: ReturnType<Api['call']>): Promise<Routed> {
    this.seen = undefined;
    const { status, body } = await reply;
    if (status !== 200 && status !== 201) return 'failed';
    this.seen = v.parse(Slice, body);
    return 'done';
  }

  private async read(timeout: number): Promise<Seen | 'none'> {
    const path = `${this.collection}/${this.options.name}`;
    const { status, body } = await this.api.call({ method: 'GET', path, timeout });
    if (status === 404) return 'none';
    if (status !== 200) throw new Error(`the EndpointSlice cannot be read: status ${status}`);
    return v.parse(Slice, body);
  }

  private leadsHere(seen: Seen, term: number): boolean {
    const { ports, pod } = this.options;
    const [endpoint, another] = seen.endpoints;
    return (
      termOf(seen) === term &&
      another === undefined &&
      endpoint?.targetRef?.uid === pod.uid &&
      endpoint.addresses.join() === pod.ip &&
      seen.ports
        .map(({ name = '', port = 0 }) => `${name} ${port}`)
        .sort()
        .join() ===
        ports
          .map(({ name, port }) => `${name} ${port}`)
          .sort()
          .join()
    );
  }

  private body(term: number, isEmpty: boolean, resourceVersion?: string): object {
    const { name, service, ports, pod, namespace } = this.options;
    return {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name,
        ...(resourceVersion !== undefined && { resourceVersion }),
        labels: {
          'kubernetes.io/service-name': service,
          'endpointslice.kubernetes.io/managed-by': MANAGER,
        },
        annotations: { [TERM_ANNOTATION]: String(term) },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: pod.name, uid: pod.uid }],
      },
      addressType: 'IPv4',
      endpoints: isEmpty
        ? []
        : [
            {
              addresses: [pod.ip],
              conditions: { ready: true, serving: true, terminating: false },
              nodeName: pod.node,
              targetRef: { kind: 'Pod', namespace, name: pod.name, uid: pod.uid },
            },
          ],
      ports: ports.map((port) => ({ ...port, protocol: 'TCP' })),
    };
  }

  private get collection(): string {
    return GROUP_PATHS.slices(this.options.namespace);
  }
}

function termOf({ metadata }: Seen): number {
  return Number(metadata.annotations[TERM_ANNOTATION] ?? 0);
}
