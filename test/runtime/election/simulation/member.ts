/** A simulated pod: its container, the folder in it, and one process of its elector after another. */
import type { TimingMilliseconds } from '../../../../lib/leader/timing-rules';
import type { Settings } from '../../../../runtime/election/state';
import { Connections } from './connections';
import type { Container } from './container';
import { ElectorProcess } from './elector-process';
import { GateProcess } from './gate-process';
import { HotContainer } from './hot-container';
import { PeerLink } from './peer-link';
import { SharedFolder } from './shared-folder';
import type { World } from './world';

const START_TIMEOUT = 15_000;

/** Of a pod that is deleted. */
const GRACE = 30_000;

export class Member {
  readonly settings: Settings;
  readonly folder: SharedFolder;
  readonly container: Container;
  readonly connections: Connections;
  readonly link = new PeerLink(this);
  elector: ElectorProcess | undefined;
  private hangsUntil = 0;
  private life: 'runs' | 'leaves' | 'gone' = 'runs';
  private whenGone = (): void => undefined;

  /** @param uid of the pods of this name */
  constructor(
    readonly world: World,
    readonly index: number,
    timing: TimingMilliseconds,
    pods: readonly string[],
    uid = 0,
  ) {
    this.settings = {
      identity: `pod-${index}_uid-${uid}`,
      pod: `pod-${index}`,
      startTimeout: START_TIMEOUT,
      timing,
      bootedAt: 0,
      ...this.link.failsafe(pods),
    };
    this.folder = new SharedFolder(world);
    this.connections = new Connections(world, index);
    this.container = world.group.isHot ? new HotContainer(this) : new GateProcess(this);
    this.startElector();
    this.container.start();
  }

  get hangsAtStart(): boolean {
    return this.hangsUntil > this.world.now;
  }

  suffer(kind: string, until: number): void {
    switch (kind) {
      case 'pause-elector':
        return this.elector?.pause(until);
      case 'kill-elector':
        return this.endElector();
      case 'end-elector':
        return this.elector?.take({ type: 'end' });
      case 'kill-container':
        return this.container.kill();
      case 'exit':
        return this.container.exit();
      case 'hang-start':
        this.hangsUntil = until;
        return;
      case 'silence':
        this.connections.die();
        return this.elector?.silence();
      default:
        return this.elector?.take({ type: 'give-up' });
    }
  }

  /** The pod is deleted: its application ends, then its elector, in the pod's time. */
  leave(whenGone: () => void): void {
    if (this.life !== 'runs') return;
    this.life = 'leaves';
    this.whenGone = whenGone;
    // As runtime/main.ts has it.
    if (this.world.group.isHot) this.elector?.take({ type: 'leave' });
    this.container.terminate(() => {
      if (this.elector) this.elector.take({ type: 'end' });
      else this.vanish();
    });
    this.world.later(GRACE, () => this.vanish());
  }

  /** Another is started soon. */
  endElector(): void {
    this.elector?.end();
    this.elector = undefined;
    if (this.container.isGone) this.vanish();
    else this.world.later(this.world.random.below(3000), () => this.startElector());
  }

  private startElector(): void {
    if (this.elector || this.life === 'gone') return;
    this.elector = new ElectorProcess(this);
    this.elector.start();
  }

  private vanish(): void {
    if (this.life === 'gone') return;
    this.life = 'gone';
    this.container.kill();
    this.elector?.end();
    this.elector = undefined;
    this.whenGone();
  }
}
