/** A simulated pod's container, with a cold standby's gate or a hot standby's application. */
import type { Clock } from '../../../../runtime/clock';
import type { GateLink } from '../../../../runtime/gate/gate';
import type { ElectorProcess } from './elector-process';

export interface Container {
  /** Terminated, and nothing of it runs any more. */
  readonly isGone: boolean;

  /** This elector's end of what leads from it to the application. */
  linkTo(elector: ElectorProcess, clock: Clock): GateLink;

  start(): void;

  /** Is killed, and started again soon. */
  kill(): void;

  /** Its application ends by itself. */
  exit(): void;

  /** Its pod is deleted: it has the pod's grace period to end in. */
  terminate(whenGone: () => void): void;

  /** Calls back when the application of this term answers. */
  whenAnswering(term: number, answer: () => void): void;
}
