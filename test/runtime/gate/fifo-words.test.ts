/** What the elector makes of the words in the shared folder, whoever writes them, and what it leaves there. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { DeadlineFile } from '../../../runtime/gate/deadline-file';
import { cleanUp, eventually, makeFifo, temporaryFolder, uptime } from '../../support/processes';
import { GateProcess, bundledGate, endGates } from '../support/gate-process';

const TERM = 7;

jest.setTimeout(60_000);

let program: string;
beforeAll(() => {
  program = bundledGate();
});
afterAll(() => {
  endGates();
  cleanUp();
});

/** Adds what the gate's clock shows to the lines that end with it. */
function timed(text: string): string {
  return text.replace(/^(waiting \d+|running \d+ \d+)$/gm, (line) => `${line} ${uptime()}`);
}

describe("The elector's side of the folder", () => {
  /** Who writes what gates write, or what none does. */
  async function withWriter() {
    const folder = temporaryFolder();
    const elector = await GateProcess.opened(program, folder);
    const status = fs.openSync(join(folder, 'status'), fs.constants.O_RDWR);
    const say = (text: string) => fs.writeSync(status, timed(text));
    const hangUp = () => {
      fs.closeSync(status);
    };
    return { folder, elector, say, hangUp };
  }

  it('makes FIFOs that every user may use, also in place of files', async () => {
    const folder = temporaryFolder();
    fs.writeFileSync(join(folder, 'start'), '');
    const elector = new GateProcess(program, { folder });

    expect(await elector.do({ do: 'is-open' })).toEqual({ isOpen: false });
    await elector.open();
    for (const name of ['start', 'status']) {
      const { mode } = fs.statSync(join(folder, name));
      expect([mode & fs.constants.S_IFMT, mode & 0o777]).toEqual([fs.constants.S_IFIFO, 0o666]);
    }
    expect(await elector.do({ do: 'is-open' })).toEqual({ isOpen: true });
    fs.rmSync(join(folder, 'start'));
    expect(await elector.do({ do: 'is-open' })).toEqual({ isOpen: false });
  });

  it('leaves FIFOs that a former process has made', async () => {
    const folder = temporaryFolder();
    makeFifo(join(folder, 'start'));
    const { ino } = fs.statSync(join(folder, 'start'));
    await GateProcess.opened(program, folder);

    expect(fs.statSync(join(folder, 'start')).ino).toBe(ino);
  });

  it('tells nothing of lines that no gate says, and all of those between them', async () => {
    const { elector, say } = await withWriter();
    say(
      'waiting\nwaiting x\nwaiting 5 \n waiting 5\nrunning 5 7 8 9\nrunning 5 x\nfailed 5\n\nWAITING 5\nanswers 7\n',
    );
    say('exited 2 137\nstopped 3 0\nrunning 4 9\nrunning 5 -1\nwaiting -5\nwaiting 6\n');
    await elector.hears('running');
    await elector.hears('waiting');

    expect(elector.words).toEqual([
      { word: 'ended', id: '2' },
      { word: 'ended', id: '3' },
      { word: 'running', id: '4', term: 9 },
      { word: 'waiting', id: '6' },
    ]);
  });

  it('tells of answers between the words, with their term', async () => {
    const { elector, say } = await withWriter();
    say('running 1 7\nanswers 1 7\nrunning 1 7\nstopped 1 0\n');
    await elector.hears('ended');

    expect(elector.said.slice(1)).toEqual([
      { word: 'running', id: '1', term: 7 },
      { answered: 7 },
      { word: 'running', id: '1', term: 7 },
      { word: 'ended', id: '1' },
    ]);
  });

  it('puts lines together that come in pieces', async () => {
    const { elector, say } = await withWriter();
    say('waiting 1\nrunn');
    await elector.hears('waiting');
    say(`ing 1 7 ${uptime()}\n`);

    expect(await elector.hears('running')).toEqual({ word: 'running', id: '1', term: 7 });
  });

  it('forgets the beginning of a line whose writer is gone', async () => {
    const { folder, elector, say, hangUp } = await withWriter();
    say('waiting 1');
    hangUp();
    await elector.hears('none');
    fs.writeFileSync(join(folder, 'status'), timed('2\nwaiting 3\n'));

    expect(await elector.hears('waiting')).toEqual({ word: 'waiting', id: '3' });
  });

  it('hears a gate after a gate', async () => {
    const { folder, elector, hangUp } = await withWriter();
    hangUp();
    await elector.hears('none');
    for (const id of ['1', '2', '3']) {
      fs.writeFileSync(join(folder, 'status'), timed(`waiting ${id}\n`));
      expect(await elector.hears('waiting')).toEqual({ word: 'waiting', id });
      await elector.hears('none');
    }
  });

  it('takes no word for waiting that was said before it forbade, and any other', async () => {
    const { folder, elector, say } = await withWriter();
    const written = join(folder, 'written');
    await elector.do({ do: 'forbid', when: written });
    say('waiting 1\nrunning 1 7\nwaiting 2\nstopped 1 0\n');
    fs.writeFileSync(written, '');
    await eventually(() => elector.said.length === 5, 'the end of forbid');
    say('waiting 3\n');
    await elector.hears('waiting');

    expect(elector.said.slice(2)).toEqual([
      { word: 'running', id: '1', term: 7 },
      { word: 'ended', id: '1' },
      { done: 'forbid' },
      { word: 'waiting', id: '3' },
    ]);
  });

  it('drops such a word also when it has read it already, and is told to forbid by a word before it', async () => {
    const { elector, say } = await withWriter();
    await elector.do({ do: 'forbid-with', word: 'running' });
    say('waiting 1\n');
    await elector.hears('waiting');
    say('running 1 7\nwaiting 2\nstopped 1 0\n');
    await elector.hears('ended');
    say('waiting 3\n');
    await elector.hears('waiting');

    expect(elector.words).toEqual([
      { word: 'waiting', id: '1' },
      { word: 'running', id: '1', term: 7 },
      { word: 'ended', id: '1' },
      { word: 'waiting', id: '3' },
    ]);
  });

  it('tells what it finds while it forbids after what it had read before', async () => {
    const { folder, elector, say } = await withWriter();
    const written = join(folder, 'written');
    await elector.do({ do: 'forbid-with', word: 'running', when: written });
    say('running 1 7\nstopped 1 0\n');
    await elector.printed({ blocked: true });
    say('running 2 8\n');
    fs.writeFileSync(written, '');
    await elector.printed({ done: 'forbid' });

    expect(elector.words).toEqual([
      { word: 'running', id: '1', term: 7 },
      { word: 'ended', id: '1' },
      { word: 'running', id: '2', term: 8 },
    ]);
  });

  it('forbids in the moment in which the last gate goes', async () => {
    const { elector, hangUp } = await withWriter();
    await elector.paused(() => {
      hangUp();
      elector.tell({ do: 'forbid' });
    });

    expect(await elector.hears('none')).toEqual({ word: 'none' });
    expect(await elector.forbid()).toEqual({ done: 'forbid' });
  });

  it('leaves a deadline that says what was meant, rounded down to what the gate reads', async () => {
    const folder = temporaryFolder();
    const elector = await GateProcess.opened(program, folder);
    await elector.allow({ until: 123_459, term: TERM, gate: '55' });

    expect(fs.readFileSync(join(folder, 'deadline'), 'utf8')).toBe('12345 7 55\n');
    await elector.forbid();
    expect(fs.existsSync(join(folder, 'deadline'))).toBe(false);
    expect(await elector.do({ do: 'former' })).toEqual({ former: null });
    expect(fs.readdirSync(folder).sort()).toEqual(['start', 'status']);
  });

  it.each([
    ['', undefined],
    ['12345 7 55', undefined],
    ['12345 7\n', undefined],
    ['x 7 55\n', undefined],
    ['12345 7 55\n12345 7 55\n', undefined],
    ['12345 7 55\n', { until: 123_450, term: 7, gate: '55' }],
  ])('reads of a former process what was written whole: %j', (text, former) => {
    const folder = temporaryFolder();
    fs.writeFileSync(join(folder, 'deadline'), text);

    expect(new DeadlineFile(folder).read()).toEqual(former);
  });

  it('rings on when the pipe is full of bells that nobody takes', async () => {
    const folder = temporaryFolder();
    const elector = await GateProcess.opened(program, folder);
    const bells = fs.openSync(join(folder, 'start'), fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
    expect(() => {
      for (;;) fs.writeSync(bells, '\n'.repeat(4096));
    }).toThrow('EAGAIN');

    expect(await elector.allow({ until: 123_450, term: TERM, gate: '1' })).toEqual({ done: 'allow' });
    expect(await elector.forbid()).toEqual({ done: 'forbid' });
  });
});
