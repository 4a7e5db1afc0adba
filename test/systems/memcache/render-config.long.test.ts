/** The script that renders addresses into a configuration, as a real process in every shell at hand. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  availableShells,
  cleanUp,
  fakeCommand,
  onlyCommands,
  type Running,
  runScript,
  temporaryFolder,
} from '../../support/processes';

jest.setTimeout(60_000);
afterAll(cleanUp);

const SCRIPT = 'lib/systems/memcache/render-config.sh';
const shells = availableShells().map((shell) => [shell.name, shell] as const);

type Env = Readonly<Record<string, string>>;

/** What a script that failed has said: one line. */
async function complaint(running: Running): Promise<string> {
  await running.silent;
  expect(running.stderr).toMatch(/^[a-z-]+\.sh: [^\n]+\n$/);
  return running.stderr;
}

describe.each(shells)('render-config.sh in %s', (_name, shell) => {
  const NEEDED = ['sed', 'grep', 'sort', 'tr', 'chmod', 'mv', 'rm', 'sleep'];

  /** A template, an output that is there already, and a run that makes the one from the other. */
  function rendering(text: string, env: Env = {}, tools = temporaryFolder()) {
    const folder = temporaryFolder();
    const [template, output] = [path.join(folder, 'template'), path.join(folder, 'output')];
    fs.writeFileSync(template, text);
    fs.writeFileSync(output, 'old', { mode: 0o600 });
    const run = runScript(shell, SCRIPT, [template, output], { tools, ...env });
    return {
      run,
      output,
      rendered: () => fs.readFileSync(output, 'utf8'),
      files: () => fs.readdirSync(folder),
    };
  }

  /** Expects a failure that leaves the old output and nothing else; returns what was said. */
  async function refusal({ run, rendered, files }: ReturnType<typeof rendering>): Promise<string> {
    expect(await run.ended).toBe(1);
    expect([rendered(), ...files()]).toEqual(['old', 'output', 'template']);
    return complaint(run);
  }

  it.concurrent('puts addresses in the place of tokens, and leaves all else alone', async () => {
    const text =
      'a = @POD_IP@:@POD_IP@ & \\1 / $POD_IP\nb=@SERVICE_IP@, c = "@INTERFACE_IP@" me@x.org @small@ @@\n';
    const env = { POD_IP: '10.1.2.3', SERVICE_HOST: 'localhost', INTERFACE: 'lo' };
    const { run, rendered, output, files } = rendering(text, env);
    expect(await run.ended).toBe(0);
    expect(rendered()).toBe(
      'a = 10.1.2.3:10.1.2.3 & \\1 / $POD_IP\nb=127.0.0.1, c = "127.0.0.1" me@x.org @small@ @@\n',
    );
    expect(fs.statSync(output).mode & 0o777).toBe(0o644);
    expect(files()).toEqual(['output', 'template']);
  });

  it.concurrent('asks for nothing whose token does not occur', async () => {
    const { run, rendered } = rendering('plain\n', {
      POD_IP: 'x',
      SERVICE_HOST: 'no.such.name',
      INTERFACE: 'none',
    });
    expect(await run.ended).toBe(0);
    expect(rendered()).toBe('plain\n');
  });

  it.concurrent.each([
    '',
    '10.0.0',
    '10.0.0.256',
    '10.0.0.1234',
    '10.0.0.1/24',
    '10.0.0.1.2',
    '.10.0.0.1',
    '010.0.0.1',
    '10.00.0.1',
    '10.0.0.1\nx',
    '1.2.3.4/g;s/./x',
    '::1',
    'a.b.c.d',
    '*.*.*.*',
  ])('refuses the POD_IP %j', async (POD_IP) => {
    const said = await refusal(rendering('@POD_IP@', { POD_IP: POD_IP.replace('\n', ' ') }));
    expect(said).toContain("is no IPv4 address: set it from the pod's field status.podIP");
  });

  it.concurrent('refuses an address with a line break', async () => {
    const { run, rendered } = rendering('@POD_IP@', { POD_IP: '10.0.0.1\n10.0.0.2' });
    expect(await run.ended).toBe(1);
    expect(rendered()).toBe('old');
  });

  it.concurrent('names all tokens that it does not know', async () => {
    const said = await refusal(rendering('@POD_IP@ @NODE_IP@\n@X@ @NODE_IP@', { POD_IP: '10.0.0.1' }));
    expect(said).toContain('unknown tokens: @NODE_IP@ @X@ - use');
  });

  it.concurrent('asks again each second until the name is known', async () => {
    const tools = temporaryFolder();
    fakeCommand(tools, 'getent', `cat "${tools}/answer" 2>/dev/null`);
    fakeCommand(tools, 'nslookup', 'exit 1');
    fakeCommand(
      tools,
      'sleep',
      `echo "$1" >>"${tools}/slept"; echo "10.9.8.7 STREAM meta" >"${tools}/answer"`,
    );
    const { run, rendered } = rendering('@SERVICE_IP@', { SERVICE_HOST: 'meta' }, tools);
    expect(await run.ended).toBe(0);
    expect(rendered()).toBe('10.9.8.7');
    expect(fs.readFileSync(path.join(tools, 'slept'), 'utf8')).toBe('1\n');
  });

  it.concurrent.each([
    ['nothing', 'exit 2'],
    ['no IPv4 address', 'echo "fd00::1 STREAM meta"; echo "10.9.8.7;x STREAM meta"; echo "300.1.1.1 STREAM"'],
  ])('gives up after RESOLVE_TIMEOUT when the answer is %s', async (_answer, body) => {
    const tools = temporaryFolder();
    fakeCommand(tools, 'getent', body);
    fakeCommand(tools, 'nslookup', 'exit 1');
    const env = { SERVICE_HOST: 'meta', RESOLVE_TIMEOUT: '1' };
    const said = await refusal(rendering('@SERVICE_IP@', env, tools));
    expect(said).toContain("no IPv4 address in DNS for SERVICE_HOST='meta' within 1 s");
    expect(said).toContain('kubectl get service');
  });

  it.concurrent.each([
    [
      'busybox',
      'Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n\nName:\tmeta.ns.svc\nAddress: 10.9.8.7\n',
    ],
    [
      'old busybox',
      'Server:    10.96.0.10\nAddress 1: 10.96.0.10 dns\n\nName:      meta\nAddress 1: 10.9.8.7 meta\n',
    ],
    [
      'bind',
      'Server:\t\t10.96.0.10\nAddress:\t10.96.0.10#53\n\nName:\tmeta\nAddress: fd00::1\nName:\tmeta\nAddress: 10.9.8.7\n',
    ],
  ])('understands the nslookup of %s where there is no getent', async (_kind, answer) => {
    const tools = onlyCommands([...NEEDED, 'cat'], shell);
    fs.writeFileSync(path.join(tools, 'answer'), answer);
    fakeCommand(tools, 'nslookup', `cat "${tools}/answer"`);
    const { run, rendered } = rendering('@SERVICE_IP@', { SERVICE_HOST: 'meta', PATH: tools });
    expect(await run.ended).toBe(0);
    expect(rendered()).toBe('10.9.8.7');
  });

  it.concurrent.each([
    ['SERVICE_HOST is missing', '@SERVICE_IP@', { SERVICE_HOST: '' }, 'SERVICE_HOST is not set'],
    ['INTERFACE is missing', '@INTERFACE_IP@', { INTERFACE: '' }, 'INTERFACE is not set'],
    [
      'there is no such interface',
      '@INTERFACE_IP@',
      { INTERFACE: 'nope0' },
      "no IPv4 address on INTERFACE='nope0'",
    ],
    [
      'RESOLVE_TIMEOUT is no number',
      '@SERVICE_IP@',
      { SERVICE_HOST: 'x', RESOLVE_TIMEOUT: '5s' },
      "RESOLVE_TIMEOUT='5s'",
    ],
  ])('fails when %s', async (_case, text, env, rule) => {
    expect(await refusal(rendering(text, env))).toContain(rule);
  });

  it.concurrent.each([
    ['@SERVICE_IP@', 'neither getent nor nslookup'],
    ['@INTERFACE_IP@', 'no ip command'],
  ])('says which command is missing for %s', async (text, rule) => {
    const env = { SERVICE_HOST: 'meta', INTERFACE: 'eth0', PATH: onlyCommands(NEEDED, shell) };
    expect(await refusal(rendering(text, env))).toContain(rule);
  });

  it.concurrent('says which file cannot be read or written', async () => {
    const folder = temporaryFolder();
    const template = path.join(folder, 'template');
    fs.writeFileSync(template, 'x');
    const cases = [
      { args: [path.join(folder, 'none'), path.join(folder, 'output')], rule: 'is no readable file' },
      { args: [template, folder], rule: 'is a folder' },
      { args: [template, path.join(folder, 'no', 'such', 'folder')], rule: 'its folder must exist' },
    ];
    for (const { args, rule } of cases) {
      const run = runScript(shell, SCRIPT, args);
      expect(await run.ended).toBe(1);
      expect(await complaint(run)).toContain(rule);
    }
  });
});
