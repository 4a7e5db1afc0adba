/** Leads clients to the leader, by slice or by label, and keeps the pods' role labels; whatever fails is tried again. */
import type { Api } from '../kubernetes/api';
import { watchObject } from '../kubernetes/watch';
import { Keeper } from './keeper';
import { type RoleLabels, podOf } from './roles';
import type { Routed, SliceRoute } from './slice';
import { successorOf } from './successor';

export interface RouterOptions {
  readonly api: Api;

  /** Undefined: the role labels lead the clients. */
  readonly slice?: SliceRoute;
  readonly roles: RoleLabels;
  readonly pod: string;

  /** Called when clients are led here, once for each term. */
  readonly onRouted: (term: number) => void;

  /** Called when this member's pod is to be deleted and a successor has been looked for; more than once. */
  readonly onDeletion: () => void;
}

/** A lead as far as clients are concerned. */
interface Wanted {
  readonly term: number;

  /** Whether clients shall come here, or nowhere. */
  readonly here: boolean;

  /** Milliseconds that the lead has left: nothing is sent without. */
  readonly left: () => number;
}

const TIMEOUT_MS = 2000;

export class Router {
  private wanted: Wanted | undefined;
  private routed: number | undefined;
  private successor: string | undefined;
  private readonly slices = new Keeper(() => this.writeSlice());
  private readonly labels = new Keeper(() => this.writeLabels());

  constructor(private readonly options: RouterOptions) {}

  /** Whom this member would like to lead when it is gone, as far as is known. */
  get preferred(): string | undefined {
    return this.successor;
  }

  watch(signal: AbortSignal): void {
    const { api, slice, roles } = this.options;
    void watchObject(
      api,
      roles.watched,
      {
        onObject: (object) => {
          const pod = podOf(object);
          const term = this.wanted?.here && this.wanted.term === this.routed ? this.routed : undefined;
          if (!roles.isAsWanted(pod, term)) this.labels.poke();
          if (pod.metadata.deletionTimestamp === undefined) return;
          void this.findSuccessor().then(() => this.options.onDeletion());
        },
        // The next watch begins with the pod as it is.
        onGap: () => undefined,
      },
      signal,
    );
    if (!slice) return;
    const listener = {
      onObject: (object: unknown) => {
        slice.observe(object);
        this.slices.poke();
      },
      onGap: () => {
        slice.forget();
        this.slices.poke();
      },
    };
    void watchObject(api, slice.watched, listener, signal);
  }

  /** Whether something says that a member has led. */
  async hasLed(
    timeout: number,
    leaderLabel: (labels: Readonly<Record<string, string>>) => boolean,
  ): Promise<boolean> {
    const { slice, roles } = this.options;
    if (slice) return slice.hasLed(timeout);
    const pods = await roles.group(timeout);
    return pods.some(({ metadata }) => leaderLabel(metadata.labels));
  }

  lead(term: number, left: () => number): void {
    this.successor = undefined;
    this.wanted = { term, here: true, left };
    this.poke();
  }

  standBy(): void {
    this.wanted = undefined;
    this.labels.poke();
  }

  /** Clients that would wait for an application that is gone are refused. */
  withdraw(term: number): void {
    this.wanted = { term, here: false, left: () => Infinity };
    this.slices.poke();
  }

  /** Before it is needed: it takes requests. One that fails leaves the last one. */
  async findSuccessor(): Promise<void> {
    const { roles, pod } = this.options;
    const pods = await roles.group(TIMEOUT_MS).catch(() => undefined);
    if (pods) this.successor = successorOf(pods, pod);
  }

  private poke(): void {
    if (this.options.slice) this.slices.poke();
    else this.labels.poke();
  }

  private async writeSlice(): Promise<Routed> {
    const { wanted, options } = this;
    const { slice } = options;
    if (!slice || !wanted) return 'done';
    const { term, here, left } = wanted;
    const timeout = Math.min(left(), TIMEOUT_MS);
    if (timeout <= 0) return 'done';
    if (!here) return slice.withdraw(term, timeout);
    const result = await slice.route(term, timeout);
    if (result === 'done') {
      this.tell(term);
      this.labels.poke();
    }
    return result;
  }

  private async writeLabels(): Promise<Routed> {
    const { wanted, options } = this;
    if (!wanted?.here) return options.roles.demote(TIMEOUT_MS);
    const { term, left } = wanted;
    // With a slice the labels follow it.
    if (options.slice && this.routed !== term) return 'done';
    const timeout = Math.min(left(), TIMEOUT_MS);
    if (timeout <= 0) return 'done';
    const result = await options.roles.promote(term, timeout);
    if (result === 'done' && !options.slice) this.tell(term);
    return result;
  }

  private tell(term: number): void {
    if (this.routed === term) return;
    this.routed = term;
    this.options.onRouted(term);
  }
}
