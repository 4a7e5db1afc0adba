/** Leads clients to the leader, by slices or by label, and keeps the pods' role labels; whatever fails is tried again. */
import type { Api } from '../kubernetes/api';
import { watchObject } from '../kubernetes/watch';
import type { ForeignTerms } from './foreign-terms';
import { Keeper } from './keeper';
import type { Notice } from './notice';
import { type RoleLabels, podOf } from './roles';
import type { Routed, SliceRoute } from './slice';
import { successorOf } from './successor';

interface RouterOptions {
  readonly api: Api;

  /** One for each address family; none: the role labels lead the clients. */
  readonly slices: readonly SliceRoute[];
  readonly roles: RoleLabels;
  readonly foreign: ForeignTerms;
  readonly pod: string;

  /** Called when clients are led here, once for each term. */
  readonly onRouted: (term: number) => void;

  /** Called when this member's pod is to be deleted and a successor has been looked for; more than once. */
  readonly onDeletion: () => void;
  readonly onNotice: (notice: Notice) => void;
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

/** Clients may wait that long for an application that starts, rather than be refused: most starts are shorter. */
const WITHDRAW_AFTER_MS = 1000;

export class Router {
  private wanted: Wanted | undefined;
  private routed: number | undefined;
  private successor: string | undefined;
  private withdrawal: NodeJS.Timeout | undefined;

  /** The slices that lead here, in the term that is wanted. */
  private readonly led = new Set<SliceRoute>();
  private readonly slices: readonly Keeper[];
  private readonly labels: Keeper;

  constructor(private readonly options: RouterOptions) {
    const { slices, onNotice } = options;
    const onFailing = (why: string) => {
      onNotice({ what: 'routing fails', why });
    };
    this.slices = slices.map((slice) => new Keeper(() => this.writeSlice(slice), onFailing));
    const onLabelsFailing = (why: string) => {
      onNotice({ what: 'labelling fails', why });
    };
    this.labels = new Keeper(() => this.writeLabels(), this.isBySlice ? onLabelsFailing : onFailing);
  }

  /** Whom this member would like to lead when it is gone, as far as is known. */
  get preferred(): string | undefined {
    return this.successor;
  }

  watch(signal: AbortSignal): void {
    this.watchPod(signal);
    this.options.slices.forEach((slice, index) => {
      const poke = () => this.slices[index]?.poke();
      const listener = {
        onObject: (object: unknown) => {
          slice.observe(object);
          poke();
        },
        onGap: () => {
          slice.forget();
          poke();
        },
      };
      void watchObject(this.options.api, slice.watched, listener, signal);
    });
  }

  /** A lead begins: clients that would wait for a former leader are refused if the application takes its time. */
  begin(term: number): void {
    this.successor = undefined;
    this.options.foreign.forget();
    clearTimeout(this.withdrawal);
    this.withdrawal = setTimeout(() => this.withdraw(term), WITHDRAW_AFTER_MS);
  }

  lead(term: number, left: () => number): void {
    this.successor = undefined;
    this.want({ term, here: true, left });
  }

  /** A renewal of this lead that was sent then has succeeded. */
  renewed(sentAt: number): void {
    if (!this.options.foreign.renewed(sentAt) || !this.wanted?.here) return;
    this.poke();
    this.labels.poke();
  }

  standBy(): void {
    clearTimeout(this.withdrawal);
    this.wanted = undefined;
    this.labels.poke();
  }

  /** Clients that would wait for an application that is gone are refused. */
  withdraw(term: number): void {
    this.want({ term, here: false, left: () => Infinity });
  }

  /** Before it is needed: it takes requests. One that fails leaves the last one. */
  async findSuccessor(): Promise<void> {
    const { roles, pod } = this.options;
    const pods = await roles.group(TIMEOUT_MS).catch(() => undefined);
    if (pods) this.successor = successorOf(pods, pod);
  }

  private get isBySlice(): boolean {
    return this.options.slices.length > 0;
  }

  private watchPod(signal: AbortSignal): void {
    const { api, roles, onDeletion } = this.options;
    const listener = {
      onObject: (object: unknown) => {
        const pod = podOf(object);
        const term = this.wanted?.here && this.wanted.term === this.routed ? this.routed : undefined;
        if (!roles.isAsWanted(pod, term)) this.labels.poke();
        if (pod.metadata.deletionTimestamp === undefined) return;
        void this.findSuccessor().then(onDeletion);
      },
      // The next watch begins with the pod as it is.
      onGap: () => undefined,
    };
    void watchObject(api, roles.watched, listener, signal);
  }

  private want(wanted: Wanted): void {
    clearTimeout(this.withdrawal);
    this.led.clear();
    this.wanted = wanted;
    this.poke();
  }

  private poke(): void {
    if (this.isBySlice) for (const keeper of this.slices) keeper.poke();
    else this.labels.poke();
  }

  private async writeSlice(slice: SliceRoute): Promise<Routed> {
    const { wanted } = this;
    if (!wanted) return 'done';
    const { term, here, left } = wanted;
    const timeout = Math.min(left(), TIMEOUT_MS);
    if (timeout <= 0) return 'done';
    if (!here) return slice.withdraw(term, timeout);
    const result = await slice.route(term, timeout);
    if (result !== 'done' || this.wanted !== wanted) return result;
    this.led.add(slice);
    if (this.led.size < this.slices.length) return result;
    this.tell(term);
    this.labels.poke();
    return result;
  }

  private async writeLabels(): Promise<Routed> {
    const { wanted } = this;
    const { roles } = this.options;
    if (!wanted || (this.isBySlice && !wanted.here)) return roles.demote(TIMEOUT_MS);
    const { term, here, left } = wanted;
    // With slices the labels follow them.
    if (this.isBySlice && this.routed !== term) return 'done';
    const timeout = Math.min(left(), TIMEOUT_MS);
    if (timeout <= 0) return 'done';
    if (!here) return roles.withdraw(term, timeout);
    const result = await roles.promote(term, timeout);
    if (result === 'done' && !this.isBySlice) this.tell(term);
    return result;
  }

  private tell(term: number): void {
    if (this.routed === term) return;
    this.routed = term;
    this.options.onRouted(term);
  }
}
