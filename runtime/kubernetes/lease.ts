/**
 * The Lease on the wire: client-go's fields, with what candidates of this runtime also tell each other.
 *
 * A holder that gives it up says which lead that was, by its number. Whoever only takes fields away, or applies a Lease
 * without a holder, does not: such a Lease proves nothing.
 */
import * as v from 'valibot';
import { COUNTED, FAILSAFE_LONGEST } from '../../lib/leader/lease-annotations';
import type { Answer, Claim } from '../election/events';
import type { Failsafe, LeaseRecord } from '../election/state';
import { type Api, JSON_PATCH, MERGE_PATCH, type Reply } from './api';
import { GROUP_PATHS, annotationPointer } from './paths';

/** What the holder's command line says. */
const CONFIGURED = 'cdk8s-ha/configured-lease-duration';

/** The lead that its holder has given up, by `leaseTransitions`: the next one has another number. */
const RELEASED = 'cdk8s-ha/released';

/** The pod that the last holder wants as its successor. */
const PREFERRED = 'cdk8s-ha/preferred-successor';

/** Whom the holder asks when the API server is away. */
const FAILSAFE_MEMBERS = 'cdk8s-ha/failsafe-members';

const text = v.nullish(v.string(), '');
const count = v.nullish(v.number(), 0);

const Lease = v.object({
  metadata: v.object({
    resourceVersion: v.pipe(v.string(), v.regex(/^\d+$/)),
    annotations: v.nullish(v.record(v.string(), v.string()), {}),
  }),
  spec: v.optional(
    v.object({
      holderIdentity: text,
      leaseDurationSeconds: count,
      leaseTransitions: count,
      acquireTime: text,
      renewTime: text,
    }),
    {},
  ),
});

interface LeaseOptions {
  readonly namespace: string;
  readonly name: string;

  /** `POD_NAME_POD_UID`. */
  readonly identity: string;

  /** What the command line says, in milliseconds. */
  readonly leaseDuration: number;

  /** As this member goes on when it leads. */
  readonly failsafe?: Failsafe;
}

/** What the API server's object says. */
export function recordOf(object: unknown): LeaseRecord {
  const { metadata, spec } = v.parse(Lease, object);
  const { annotations } = metadata;
  const counted = secondsOf(annotations[COUNTED]);
  const configured = secondsOf(annotations[CONFIGURED]);
  const preferred = annotations[PREFERRED];
  const failsafe = failsafeIn(annotations);
  return {
    version: Number(metadata.resourceVersion),
    holder: spec.holderIdentity,
    acquired: spec.acquireTime,
    renewed: spec.renewTime,
    duration: 1000 * spec.leaseDurationSeconds,
    transitions: spec.leaseTransitions,
    released:
      !spec.holderIdentity && !spec.acquireTime && annotations[RELEASED] === String(spec.leaseTransitions),
    ...(counted !== undefined && { counted }),
    ...(configured !== undefined && { configured }),
    ...(preferred !== undefined && { preferred }),
    ...(failsafe && { failsafe }),
  };
}

function failsafeIn(annotations: Readonly<Record<string, string>>): Failsafe | undefined {
  const longest = secondsOf(annotations[FAILSAFE_LONGEST]);
  const members = annotations[FAILSAFE_MEMBERS];
  return longest === undefined || members === undefined
    ? undefined
    : { members: members.split(','), longest };
}

function secondsOf(annotation: string | undefined): number | undefined {
  return annotation !== undefined && /^\d+$/.test(annotation) ? 1000 * Number(annotation) : undefined;
}

export interface Release {
  /** `acquireTime`. */
  readonly acquired: string;

  /** `leaseTransitions`. */
  readonly transitions: number;

  /** The successor that this member would like. */
  readonly preferred?: string;
  readonly hasAnnotations: boolean;
}

export class LeaseClient {
  constructor(
    private readonly api: Api,
    private readonly options: LeaseOptions,
  ) {}

  get collection(): string {
    return GROUP_PATHS.leases(this.options.namespace);
  }

  /** Undefined if there is none. */
  async read(timeout: number): Promise<LeaseRecord | undefined> {
    const { status, body } = await this.api.call({ method: 'GET', path: this.path, timeout });
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`the Lease cannot be read: status ${status}`);
    return recordOf(body);
  }

  /** Creates it, held by nobody, if there is none; one that exists is left as it is. */
  ensure(timeout: number, duration: number): Promise<Answer> {
    const spec = { leaseDurationSeconds: duration / 1000 };
    return this.create({ ...this.head, metadata: { name: this.options.name }, spec }, timeout);
  }

  /** Writes it as this member holds it, if it is still as `base` says. */
  async claim({ base, duration, counted, transitions, acquired }: Claim, timeout: number): Promise<Answer> {
    const seconds = duration / 1000;
    const { failsafe } = this.options;
    const annotations = {
      [COUNTED]: String(counted / 1000),
      [CONFIGURED]: String(this.options.leaseDuration / 1000),
      [FAILSAFE_MEMBERS]: failsafe?.members.join() ?? null,
      [FAILSAFE_LONGEST]: failsafe ? String(failsafe.longest / 1000) : null,
    };
    const spec = {
      holderIdentity: this.options.identity,
      leaseDurationSeconds: seconds,
      leaseTransitions: transitions,
      acquireTime: acquired,
      renewTime: microTime(),
    };
    const metadata = {
      resourceVersion: String(base.version),
      annotations: { ...annotations, [PREFERRED]: null, [RELEASED]: null },
    };
    return this.patch(MERGE_PATCH, { metadata, spec }, timeout);
  }

  /**
   * Says that this member goes on, if it holds the Lease; edits of other fields do not matter. `fresh`: on a new
   * connection, since those that there are may be dead.
   */
  renew(timeout: number, fresh = false): Promise<Answer> {
    const patch = [this.isOurs, { op: 'add', path: '/spec/renewTime', value: microTime() }];
    return this.patch(JSON_PATCH, patch, timeout, fresh);
  }

  /**
   * Gives up what this member took then. `acquireTime` is taken away for members that know no annotation of it.
   * `hasAnnotations`: a patch of what is missing would fail; without them others wait as for a Lease that was emptied.
   */
  release({ acquired, transitions, preferred, hasAnnotations }: Release, timeout: number): Promise<Answer> {
    const notes = {
      [RELEASED]: String(transitions),
      ...(preferred !== undefined && { [PREFERRED]: preferred }),
    };
    const noted = Object.entries(notes).map(([key, value]) => {
      return { op: 'add', path: annotationPointer(key), value };
    });
    const patch = [
      this.isOurs,
      { op: 'test', path: '/spec/acquireTime', value: acquired },
      { op: 'add', path: '/spec/holderIdentity', value: '' },
      { op: 'add', path: '/spec/acquireTime', value: null },
      { op: 'add', path: '/spec/renewTime', value: microTime() },
      ...(hasAnnotations ? noted : []),
    ];
    return this.patch(JSON_PATCH, patch, timeout);
  }

  private get isOurs(): object {
    return { op: 'test', path: '/spec/holderIdentity', value: this.options.identity };
  }

  private get head(): object {
    return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };
  }

  private get path(): string {
    return `${this.collection}/${this.options.name}`;
  }

  private async create(body: object, timeout: number): Promise<Answer> {
    const reply = await this.api.call({ method: 'POST', path: this.collection, body, timeout });
    if (reply.status === 201) return recordOf(reply.body);
    if (reply.status === 409) return 'refused';
    throw new Error(`the Lease cannot be created: status ${reply.status}`);
  }

  private async patch(contentType: string, body: unknown, timeout: number, fresh = false): Promise<Answer> {
    const call = { method: 'PATCH', path: this.path, contentType, body, timeout, fresh } as const;
    return answerOf(await this.api.call(call));
  }
}

const REFUSALS = [404, 409, 422];

function answerOf({ status, body }: Reply): Answer {
  if (status === 200) return recordOf(body);
  return REFUSALS.includes(status) ? 'refused' : 'failed';
}

/** As Kubernetes writes times with microseconds. For people: no member compares it with its own clock. */
function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}
