/** The scripts that wait for the master and follow a log, as real processes in every shell at hand. */
import * as fs from 'node:fs';
import { createServer, type Server } from 'node:net';
import * as path from 'node:path';
import { AS_PROCESS_1 } from '../../../cluster/processes/programs';
import {
  Running,
  availableShells,
  canContain,
  cleanUp,
  eventually,
  fakeCommand,
  onlyCommands,
  overwrite,
  runScript,
  temporaryFolder,
} from '../../support/processes';

jest.setTimeout(60_000);

const servers: Server[] = [];
afterAll(() => {
  cleanUp();
  for (const server of servers) server.close();
});

const WAIT = path.resolve('lib/systems/memcache/wait-for-master.sh');
const FOLLOW = path.resolve('lib/systems/memcache/follow-log.sh');
const shells = availableShells().map((shell) => [shell.name, shell] as const);

/** What a script that failed has said: one line. */
async function complaint(running: Running): Promise<string> {
  await running.silent;
  expect(running.stderr).toMatch(/^[a-z-]+\.sh: [^\n]+\n$/);
  return running.stderr;
}

describe.each(shells)('wait-for-master.sh in %s', (_name, shell) => {
  /** Listens on a port of its own, or gives one back on which nobody listens. */
  async function port(listening: boolean): Promise<number> {
    const server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('not a TCP port');
    if (listening) servers.push(server);
    else await new Promise((resolve) => server.close(resolve));
    return address.port;
  }

  it.concurrent('ends with 0 when the port takes a connection', async () => {
    const open = await port(true);
    const run = runScript(shell, WAIT, ['localhost', `${open}`, '30']);
    expect(await run.ended).toBe(0);
    expect(await complaint(run)).toContain(`waiting for localhost:${open}, 30 s at most`);
  });

  it.concurrent('goes on until somebody listens', async () => {
    const later = await port(false);
    const tools = temporaryFolder();
    fakeCommand(tools, 'sleep', 'echo again; exec /bin/sleep 0.1');
    const run = runScript(shell, WAIT, ['127.0.0.1', `${later}`, '30'], { tools });
    await run.printed('again\nagain\n');
    servers.push(createServer((socket) => socket.end()).listen(later, '127.0.0.1'));
    expect(await run.ended).toBe(0);
  });

  it.concurrent('ends with 1 after the limit, and says where to look', async () => {
    const closed = await port(false);
    const run = runScript(shell, WAIT, ['127.0.0.1', `${closed}`, '1']);
    expect(await run.ended).toBe(1);
    await run.silent;
    const [, last] = run.stderr.trim().split('\n');
    expect(last).toContain(`127.0.0.1:${closed} took no connection within 1 s`);
    expect(last).toContain('kubectl get lease,endpointslice');
  });

  it.concurrent('asks nc where it knows -z', async () => {
    const tools = temporaryFolder();
    fakeCommand(tools, 'nc', `echo "$*" >>"${tools}/calls"; [ "$(wc -l <"${tools}/calls")" -gt 3 ]`);
    fakeCommand(tools, 'sleep', '');
    const run = runScript(shell, WAIT, ['meta', '5100', '30'], { tools });
    expect(await run.ended).toBe(0);
    const attempt = '-z -w 2 meta 5100\n';
    expect(fs.readFileSync(path.join(tools, 'calls'), 'utf8')).toBe(`-z\n${attempt}${attempt}${attempt}`);
  });

  it.concurrent.each(["nc: invalid option -- 'z'", 'nc: unrecognized option: z'])(
    'does without an nc that says "%s"',
    async (answer) => {
      const tools = temporaryFolder();
      fakeCommand(tools, 'nc', `echo "${answer}" >&2; exit 1`);
      const run = runScript(shell, WAIT, ['127.0.0.1', `${await port(true)}`, '30'], { tools });
      expect(await run.ended).toBe(0);
    },
  );

  it.concurrent('says what is missing where there is nothing to connect with', async () => {
    const run = runScript(shell, WAIT, ['meta', '5100', '30'], {
      PATH: onlyCommands(['sleep'], shell),
    });
    expect(await run.ended).toBe(1);
    expect(await complaint(run)).toContain('no nc that knows -z, nor bash and timeout');
  });

  it.concurrent.each([
    [['meta', '5100'], 'must be wait-for-master.sh HOST PORT TIMEOUT_SECONDS'],
    [['', '5100', '9'], 'HOST is empty'],
    [['meta', '0', '9'], "PORT='0': must be a number from 1 to 65535"],
    [['meta', '65536', '9'], "PORT='65536'"],
    [['meta', '$(id)', '9'], "PORT='$(id)'"],
    [['meta', '5100', '5s'], "TIMEOUT_SECONDS='5s': must be a whole number"],
  ])('refuses the call %j', async (args, rule) => {
    const run = runScript(shell, WAIT, args);
    expect(await run.ended).toBe(2);
    expect(await complaint(run)).toContain(rule);
  });
});

describe.each(shells)('follow-log.sh in %s', (_name, shell) => {
  it.concurrent('prints a file from its beginning, as it grows, and across a rotation', async () => {
    const log = path.join(temporaryFolder(), 'log');
    fs.writeFileSync(log, Array.from({ length: 30 }, (_line, index) => `old ${index}\n`).join(''));
    const run = runScript(shell, FOLLOW, [log]);
    await run.printed('old 0\n');
    await run.printed('old 29\n');
    fs.appendFileSync(log, 'grown\n');
    await run.printed('grown\n');
    fs.renameSync(log, `${log}.1`);
    fs.writeFileSync(log, 'first of the next\n');
    await run.printed('first of the next\n');
    run.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    await run.silent;
    expect(run.stdout.split('\n')).toHaveLength(33);
  });

  it.concurrent('waits for a file that does not exist yet', async () => {
    const log = path.join(temporaryFolder(), 'log');
    const run = runScript(shell, FOLLOW, [log]);
    await eventually(() => run.stderr.includes(log), 'a look for the file');
    fs.writeFileSync(log, 'here\n');
    await run.printed('here\n');
    expect(run.stdout).toBe('here\n');
  });

  it.concurrent('ends with 1 when tail does', async () => {
    const tools = temporaryFolder();
    fakeCommand(tools, 'tail', 'exit 7');
    const run = runScript(shell, FOLLOW, ['log'], { tools });
    expect(await run.ended).toBe(1);
    expect(await complaint(run)).toContain("tail of 'log' ended with 7");
  });

  it.concurrent.each([[[]], [['']], [['a', 'b']]])('refuses the call %j', async (args) => {
    const run = runScript(shell, FOLLOW, args);
    expect(await run.ended).toBe(2);
    expect(await complaint(run)).toContain('must be follow-log.sh FILE');
  });
});

const describeContained = canContain ? describe.each(shells) : describe.skip.each(shells);
const condition = canContain ? '' : ' (SKIPPED: needs root and unshare)';

describeContained(`As process 1, in %s${condition}`, (_name, shell) => {
  it.concurrent('follow-log.sh ends with 0 on SIGTERM', async () => {
    const log = path.join(temporaryFolder(), 'log');
    fs.writeFileSync(log, 'here\n');
    const run = new Running([...AS_PROCESS_1, ...shell.command, FOLLOW, log], { PATH: shell.path });
    await run.printed('here\n');
    process.kill(run.onlyChild(), 'SIGTERM');
    expect(await run.ended).toBe(0);
  });

  it.concurrent('wait-for-master.sh tells every 10 s that it still waits, and ends on SIGTERM', async () => {
    const tools = temporaryFolder();
    fakeCommand(tools, 'nc', 'exit 1');
    fakeCommand(tools, 'sleep', 'exec /bin/sleep 0.1');
    const clock = path.join(tools, 'uptime');
    fs.writeFileSync(clock, '100.00 5.00\n');
    const setClock = 'mount --bind "$CLOCK" /proc/uptime && export PATH="$IMAGE_PATH" && exec "$@"';
    const run = new Running(
      [...AS_PROCESS_1, 'sh', '-c', setClock, 'sh', ...shell.command, WAIT, 'meta', '5100', '60'],
      { CLOCK: clock, IMAGE_PATH: `${tools}:${shell.path}` },
    );
    const lines = (): number => run.stderr.split('\n').length - 1;
    await eventually(() => lines() === 1, 'the first line');
    overwrite(clock, '110.00 5.00\n');
    await eventually(() => lines() === 2, 'the second line');
    overwrite(clock, '120.00 5.00\n');
    await eventually(() => lines() === 3, 'the third line');
    expect(run.stderr).toMatch(/, 10 of 60 s\n.*, 20 of 60 s\n$/);
    process.kill(run.onlyChild(), 'SIGTERM');
    expect(await run.ended).toBe(143);
  });
});
