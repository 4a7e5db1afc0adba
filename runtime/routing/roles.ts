/**
 * The role labels of the group's pods.
 *
 * Guaranteed: at most one pod carries the leader's value. A new leader first writes its term to every other pod, with the
 * standby's value, and labels itself last; each patch names the pod's UID and the term that it replaces, so that one of a
 * former leader that is late fails. A greater term that nobody leads in does not last: foreign-terms.ts.
 */
import * as v from 'valibot';
import { TERM_ANNOTATION } from '../../lib/leader/term';
import { type Api, JSON_PATCH } from '../kubernetes/api';
import { GROUP_PATHS, annotationPointer, labelPointer } from '../kubernetes/paths';
import type { Watched } from '../kubernetes/watch';
import type { ForeignTerms } from './foreign-terms';
import type { Notice } from './notice';
import type { Routed } from './slice';
import { statusProblem } from './status-problem';

interface RoleOptions {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;

  /** Names of all pods of the group. */
  readonly peers: readonly string[];
  readonly label: string;
  readonly leader: string;
  readonly standby: string;
  readonly foreign: ForeignTerms;
  readonly onNotice: (notice: Notice) => void;
}

const Pod = v.object({
  metadata: v.object({
    name: v.string(),
    uid: v.string(),
    resourceVersion: v.string(),
    creationTimestamp: v.string(),
    deletionTimestamp: v.optional(v.string()),
    labels: v.nullish(v.record(v.string(), v.string()), {}),
    annotations: v.nullish(v.record(v.string(), v.string()), {}),
  }),
  status: v.optional(
    v.object({
      conditions: v.optional(v.array(v.object({ type: v.string(), status: v.string() })), []),
    }),
    {},
  ),
});

export type SeenPod = v.InferOutput<typeof Pod>;

export function podOf(object: unknown): SeenPod {
  return v.parse(Pod, object);
}

export class RoleLabels {
  constructor(
    private readonly api: Api,
    private readonly options: RoleOptions,
  ) {}

  /** This member's own pod. */
  get watched(): Watched {
    return { collection: this.collection, name: this.options.pod };
  }

  /** Whether this member's own pod says what it is: the leader of the term, or a standby. */
  isAsWanted({ metadata }: SeenPod, term: number | undefined): boolean {
    const { label, leader } = this.options;
    const isLeader = metadata.labels[label] === leader;
    return term === undefined
      ? !isLeader
      : isLeader && metadata.annotations[TERM_ANNOTATION] === String(term);
  }

  /** Labels the others, then this pod. */
  async promote(term: number, timeout: number): Promise<Routed> {
    const others = this.options.peers.filter((name) => name !== this.options.pod);
    const routed = await this.writeStandbys(others, term, timeout);
    return routed === 'done' ? this.write(this.options.pod, term, this.options.leader, timeout) : routed;
  }

  /** Leaves no leader of this term or one before. */
  withdraw(term: number, timeout: number): Promise<Routed> {
    return this.writeStandbys(this.options.peers, term, timeout);
  }

  /** Takes the leader's value from this pod, if it has it. */
  async demote(timeout: number): Promise<Routed> {
    const { pod, label, leader, standby } = this.options;
    const seen = await this.read(pod, timeout);
    if (seen?.metadata.labels[label] !== leader) return 'done';
    await this.patch(
      pod,
      [
        { op: 'test', path: '/metadata/uid', value: seen.metadata.uid },
        { op: 'test', path: labelPointer(label), value: leader },
        { op: 'replace', path: labelPointer(label), value: standby },
      ],
      timeout,
    );
    return 'done';
  }

  /** All pods of the group that exist. */
  async group(timeout: number): Promise<readonly SeenPod[]> {
    const pods = await Promise.all(this.options.peers.map((name) => this.read(name, timeout)));
    return pods.flatMap((pod) => (pod === undefined ? [] : [pod]));
  }

  private async writeStandbys(names: readonly string[], term: number, timeout: number): Promise<Routed> {
    const { standby } = this.options;
    const writes = names.map((name) => this.write(name, term, standby, timeout));
    // What one failure leaves under way would meet the next attempt.
    await Promise.allSettled(writes);
    return (await Promise.all(writes)).includes('superseded') ? 'superseded' : 'done';
  }

  private async write(name: string, term: number, value: string, timeout: number): Promise<Routed> {
    const { pod, uid, label, foreign, onNotice } = this.options;
    const seen = await this.read(name, timeout);
    // A pod that is made later begins as a standby.
    if (seen === undefined) return 'done';
    const { metadata } = seen;
    // This name is another pod's by now.
    if (name === pod && metadata.uid !== uid) return 'superseded';
    const before = metadata.annotations[TERM_ANNOTATION];
    const isForeign = Number(before ?? 0) > term;
    if (isForeign && !foreign.isRefuted(Number(before))) return 'superseded';
    if (before === String(term) && metadata.labels[label] === value) return 'done';
    await this.patch(name, patchOf(seen, { term, label, value }), timeout);
    if (isForeign) onNotice({ what: 'label taken back', pod: name, was: `token ${before ?? ''}` });
    return 'done';
  }

  private async read(name: string, timeout: number): Promise<SeenPod | undefined> {
    const path = `${this.collection}/${name}`;
    const { status, body } = await this.api.call({ method: 'GET', path, timeout });
    if (status === 404) return undefined;
    if (status !== 200) throw statusProblem(`Pod ${name}`, 'read', status);
    return podOf(body);
  }

  private async patch(name: string, body: readonly object[], timeout: number): Promise<void> {
    const path = `${this.collection}/${name}`;
    const call = { method: 'PATCH', path, contentType: JSON_PATCH, body, timeout } as const;
    const { status } = await this.api.call(call);
    if (status !== 200 && status !== 404) throw statusProblem(`Pod ${name}`, 'written', status);
  }

  private get collection(): string {
    return GROUP_PATHS.pods(this.options.namespace);
  }
}

interface Change {
  readonly term: number;
  readonly label: string;
  readonly value: string;
}

/** Pods are made with a term of 0; from one that has lost it, nothing may change between reading and writing. */
function patchOf({ metadata }: SeenPod, { term, label, value }: Change): readonly object[] {
  const { uid, resourceVersion, annotations, labels } = metadata;
  const before = annotations[TERM_ANNOTATION];
  const path = annotationPointer(TERM_ANNOTATION);
  const isUnchanged =
    before === undefined
      ? { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion }
      : { op: 'test', path, value: before };
  return [
    { op: 'test', path: '/metadata/uid', value: uid },
    isUnchanged,
    Object.keys(annotations).length > 0
      ? { op: 'add', path, value: String(term) }
      : { op: 'add', path: '/metadata/annotations', value: { [TERM_ANNOTATION]: String(term) } },
    Object.keys(labels).length > 0
      ? { op: 'add', path: labelPointer(label), value }
      : { op: 'add', path: '/metadata/labels', value: { [label]: value } },
  ];
}
