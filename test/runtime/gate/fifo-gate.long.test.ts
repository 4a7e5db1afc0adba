/** The elector's side of the shared folder, in a process of its own, with the real gate as the other side. */
import { uptime } from '../../../runtime/uptime';
import { GatedPod } from '../../support/gated-pod';
import { availableShells, cleanUp } from '../../support/processes';
import { GateProcess, bundledGate, endGates } from '../support/gate-process';

const AN_HOUR_MS = 3_600_000;
const TERM = 7;

jest.setTimeout(60_000);

/** An application that does nothing, after it has said that it is there. */
const IDLE = 'echo up; while :; do sleep 0.05; done';

let program: string;
beforeAll(() => {
  program = bundledGate();
});
afterAll(() => {
  endGates();
  cleanUp();
});

const inAnHour = (gate: string, term = TERM) => ({ until: uptime() + AN_HOUR_MS, term, gate });

describe.each(availableShells().map((shell) => [shell.name, shell] as const))(
  'With the gate in %s',
  (_, shell) => {
    async function pod() {
      const gated = new GatedPod(shell);
      return { gated, elector: await GateProcess.opened(program, gated.folder) };
    }

    it.concurrent('an application runs from allow to forbid, and all of it is told', async () => {
      const { gated, elector } = await pod();
      const gate = gated.app(IDLE);
      const { id } = await elector.hears('waiting');
      await elector.allow(inAnHour(id));

      expect(await elector.hears('running')).toEqual({ word: 'running', id, term: TERM });
      await gate.printed('up');
      await elector.forbid();
      expect(await elector.hears('ended')).toEqual({ word: 'ended', id });
      expect(await elector.hears('none')).toEqual({ word: 'none' });
      expect(await gate.ended).toBe(75);
    });

    it.concurrent(
      'an application that ends by itself is told of, and the next gate waits under another name',
      async () => {
        const { gated, elector } = await pod();
        gated.app('exit 3');
        const first = await elector.hears('waiting');
        await elector.allow(inAnHour(first.id));
        await elector.hears('ended');
        await elector.hears('none');
        gated.app(IDLE);
        const second = await elector.hears('waiting');

        expect(Number(second.id)).toBeGreaterThan(Number(first.id));
        await elector.allow(inAnHour(second.id, TERM + 1));
        expect(await elector.hears('running')).toEqual({ word: 'running', id: second.id, term: TERM + 1 });
      },
    );

    it.concurrent('a gate that was not meant goes on waiting, and says so for each bell', async () => {
      const { gated, elector } = await pod();
      const gate = gated.app(IDLE);
      const { id } = await elector.hears('waiting');
      await elector.allow(inAnHour('1'));

      expect(await elector.hears('waiting')).toEqual({ word: 'waiting', id });
      await elector.allow({ ...inAnHour(id), until: uptime() });
      expect(await elector.hears('waiting')).toEqual({ word: 'waiting', id });
      expect(gate.stdout).toBe('');
    });

    it.concurrent('a gate that is killed has gone', async () => {
      const { gated, elector } = await pod();
      const gate = gated.app('exec sleep 60');
      const { id } = await elector.hears('waiting');
      await elector.allow(inAnHour(id));
      await elector.hears('running');
      // With its application, as when a container is killed.
      process.kill(-gate.pid, 'SIGKILL');

      expect(await elector.hears('none')).toEqual({ word: 'none' });
      expect(elector.words.filter(({ word }) => word === 'ended')).toEqual([]);
    });

    it.concurrent('a deadline that is moved on without a bell keeps the application running', async () => {
      const { gated, elector } = await pod();
      gated.app(IDLE);
      const { id } = await elector.hears('waiting');
      await elector.allow(inAnHour(id));
      await elector.hears('running');
      await elector.allow({ ...inAnHour(id), until: uptime() + 2 * AN_HOUR_MS }, false);

      expect(await elector.hears('running')).toMatchObject({ id });
      await elector.hears('running');
      expect(elector.words.map(({ word }) => word)).not.toContain('ended');
    });

    it.concurrent(
      'a gate says on for as long as it is heard, although the deadline stands still',
      async () => {
        const gated = new GatedPod(shell).altered(['-gt 70', '-gt 21']);
        const elector = await GateProcess.opened(program, gated.folder);
        gated.app(IDLE);
        const { id } = await elector.hears('waiting');
        await elector.allow(inAnHour(id));
        for (let beats = 0; beats < 30; beats += 1) await elector.hears('running');

        expect(elector.said).not.toContainEqual({ alarm: 'gate-silent' });
      },
    );

    it.concurrent('an elector that starts again learns who waits, and whose application runs', async () => {
      const { gated, elector: first } = await pod();
      gated.app(IDLE);
      const { id } = await first.hears('waiting');
      first.signal('SIGKILL');
      await first.ended();
      const second = await GateProcess.opened(program, gated.folder);

      expect(await second.hears('waiting')).toEqual({ word: 'waiting', id });
      const deadline = inAnHour(id);
      await second.allow(deadline);
      await second.hears('running');
      second.signal('SIGKILL');
      await second.ended();
      const third = new GateProcess(program, { folder: gated.folder });
      expect(await third.do({ do: 'former' })).toEqual({ former: deadline });
      await third.open();
      expect(await third.hears('running')).toEqual({ word: 'running', id, term: TERM });
    });
  },
);
