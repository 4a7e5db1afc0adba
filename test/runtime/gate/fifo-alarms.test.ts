/** What the elector's side of the folder makes of heartbeats, in a folder and with a clock that the tests play. */
import type { Deadline } from '../../../runtime/election/state';
import { FifoGate, type GateListener } from '../../../runtime/gate/fifo-gate';
import type { Alarm } from '../../../runtime/gate/gate';

const MARGIN = 1000;
const TERM = 7;
const UNTIL = 3_600_000;

/** A link to the gate 5 that has allowed it to run, and what it told. */
class Link {
  readonly alarms: Alarm[] = [];
  readonly ticks: number[] = [];
  now = 100_000;

  /** What was written for the gate; undefined when it was taken away. */
  readonly deadlines: (Deadline | undefined)[] = [];

  /** What the gate has said and nobody read. */
  unread = '';

  private listener: GateListener | undefined;
  private readonly waits = new Map<() => void, number>();
  private readonly gate: FifoGate;

  constructor() {
    const deadline = {
      read: () => this.deadlines.at(-1),
      write: (written: Deadline) => this.deadlines.push(written),
      remove: () => this.deadlines.push(undefined),
    };
    const readAll = () => {
      const text = this.unread;
      this.unread = '';
      return text;
    };
    this.gate = new FifoGate({
      folder: {
        deadline,
        isOpen: true,
        readAll,
        ring: () => undefined,
        open: (listener) => (this.listener = listener),
      },
      clock: { now: () => this.now, later: (pause, run) => this.later(pause, run) },
      margin: MARGIN,
      onTick: (milliseconds) => this.ticks.push(milliseconds),
      onAlarm: (alarm) => this.alarms.push(alarm),
    });
    this.gate.open();
  }

  allow(): this {
    this.gate.allow({ until: UNTIL, term: TERM, gate: '5' }, false);
    return this;
  }

  /** So many heartbeats, each so long after the one before, of a clock that shows so much more than ours. */
  beat(count: number, pause = 200, ahead = 0): void {
    for (let said = 0; said < count; said += 1) {
      this.pass(pause);
      this.listener?.onText(this.heartbeat(ahead));
    }
  }

  heartbeat(ahead = 0): string {
    return `running 5 ${TERM} ${(this.now + ahead) / 10}\n`;
  }

  end(): void {
    this.listener?.onEnd();
  }

  pass(milliseconds: number): void {
    this.now += milliseconds;
    for (const [run, at] of [...this.waits]) {
      if (at <= this.now && this.waits.delete(run)) run();
    }
  }

  private later(pause: number, run: () => void): () => void {
    this.waits.set(run, this.now + pause);
    return () => this.waits.delete(run);
  }
}

it('tells the times between looks, and of one that is later than the margin', () => {
  const link = new Link().allow();
  link.beat(2);
  link.beat(1, 1300);

  expect(link.ticks).toEqual([200, 1300]);
  expect(link.alarms).toEqual([{ what: 'fence-late', by: 1300 }]);
});

it('tells once that the clocks differ, and takes the deadline away', () => {
  const link = new Link().allow();
  link.beat(12, 200, -600);

  expect(link.alarms).toEqual([{ what: 'clocks-differ', by: -600 }]);
  expect(link.deadlines.at(-1)).toBeUndefined();
});

it('tells that the gate is silent when nothing was heard for two seconds while its application runs', () => {
  const link = new Link().allow();
  link.beat(3);
  link.pass(1990);
  expect(link.alarms).toEqual([]);
  link.pass(10);

  expect(link.alarms).toEqual([{ what: 'gate-silent' }]);
});

it('does not when it has not read for as long, nor when the gate is gone', () => {
  const link = new Link().allow();
  link.beat(1);
  link.unread = link.heartbeat();
  link.pass(2000);
  link.end();
  link.pass(60_000);

  expect(link.alarms).toEqual([]);
});

it('moves the deadline by a hundredth of a second after 20 words, so that the gate says on', () => {
  const link = new Link().allow();
  link.beat(19);
  expect(link.deadlines.map((deadline) => deadline?.until)).toEqual([UNTIL]);
  link.beat(21);

  expect(link.deadlines.map((deadline) => deadline?.until)).toEqual([UNTIL, UNTIL - 10, UNTIL - 20]);
  expect(link.deadlines.at(-1)).toMatchObject({ term: TERM, gate: '5' });
});

it('does so also for what a former process has allowed, and for nothing that is taken away', () => {
  const link = new Link();
  link.deadlines.push({ until: UNTIL, term: TERM, gate: '5' });
  link.beat(20);
  expect(link.deadlines.at(-1)?.until).toBe(UNTIL - 10);
  link.deadlines.push(undefined);
  link.beat(40);

  expect(link.deadlines.at(-1)).toBeUndefined();
});

it('reads before it allows, so that what is said afterwards finds the pipe empty', () => {
  const link = new Link();
  link.unread = link.heartbeat();
  link.allow();

  expect(link.unread).toBe('');
});
