/** One step under way: the state as it becomes, and what is to be done. */
import type { Action, Note } from './events';
import type { Lead, Request, State } from './state';

/**
 * One request about the Lease each 667 ms, and 30 at once after a rest: never more than 120 in a minute. Where renewals
 * are due more than once in 1.3 s, two for each of them, and those 30. Nothing else limits them.
 */
const PRICE_MS = 667;
const BURST = 30;

/** Of these so many are kept for renewals, which nothing else may use up. */
const RESERVE = 10;

export class Turn {
  readonly actions: Action[] = [];

  constructor(
    public state: State,
    readonly now: number,
  ) {}

  /** False while another request is under way, after one that failed, and when there were too many. */
  ask(request: Request, action: Action): boolean {
    if (this.state.asked || this.now < this.state.askAt) return false;
    const payable = this.pay(BURST - RESERVE);
    this.change(payable > this.now ? { askAt: payable } : { asked: request });
    if (payable > this.now) {
      this.note({ what: 'waits', request });
      return false;
    }
    this.do(action);
    return true;
  }

  /** Renewals do not wait for anything else. The time is that of the next one, if this one is not answered. */
  renew(fresh: boolean, nextAt: number): void {
    const payable = this.pay(BURST);
    this.changeLead({ renewAt: Math.max(nextAt, payable) });
    if (payable > this.now) return this.note({ what: 'waits', request: 'renew' });
    this.changeLead({ isUnanswered: true });
    this.do({ do: 'renew', fresh });
  }

  /** Pays for a request, or says when it can be. */
  private pay(burst: number): number {
    const paidAt = Math.max(this.state.paidAt, this.now);
    const price = Math.min(PRICE_MS, this.state.timing.retryPeriod / 2);
    const payable = paidAt - (burst - 1) * price;
    if (payable <= this.now) this.change({ paidAt: paidAt + price });
    return payable;
  }

  note(note: Note): void {
    this.do({ do: 'note', note });
  }

  do(action: Action): void {
    this.actions.push(action);
  }

  change(changes: Partial<State>): void {
    this.state = { ...this.state, ...changes };
  }

  changeLead(changes: Partial<Lead>): void {
    const { lead } = this.state;
    if (lead) this.change({ lead: { ...lead, ...changes } });
  }
}
