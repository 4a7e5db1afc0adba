/** What the relay of the outages does to connections, with a server that answers in capitals. */
import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Relay } from '../../bench/outage/relay';

/** For an answer that must not come. */
const SILENCE_MS = 100;

let server: Server;
let relay: Relay;
let port: number;
const open: Socket[] = [];

beforeEach(async () => {
  server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => socket.write(data.toString().toUpperCase()));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  relay = new Relay({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  port = await relay.listen();
});

afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
  relay.close();
  server.close();
});

class Client {
  /** Resolves to what it has heard when its connection ends. */
  readonly ended: Promise<string>;
  private heard = '';
  private readonly socket = connect(port, '127.0.0.1');

  constructor() {
    open.push(this.socket);
    this.socket.on('data', (data) => (this.heard += data.toString()));
    this.socket.on('error', () => this.socket.destroy());
    this.ended = new Promise((resolve) => this.socket.on('close', () => resolve(this.heard)));
  }

  /** All that it has heard, a while later: the connection stands. */
  async asksInVain(question: string): Promise<string> {
    this.socket.write(question);
    await sleep(SILENCE_MS);
    return this.socket.destroyed ? 'the connection has ended' : this.heard;
  }

  /** All that it has heard by the next answer. */
  async asks(question: string): Promise<string> {
    this.socket.write(question);
    await once(this.socket, 'data');
    return this.heard;
  }
}

it('An API server that is away ends connections, and takes none until it is back', async () => {
  const former = new Client();
  expect(await former.asks('a')).toBe('A');
  const back = relay.begin('away');
  expect(await former.ended).toBe('A');
  expect(await new Client().ended).toBe('');
  back();

  expect(await new Client().asks('b')).toBe('B');
});

it('One that is silent takes connections and says nothing; when it is back, they are closed', async () => {
  const former = new Client();
  expect(await former.asks('a')).toBe('A');
  const back = relay.begin('silent');
  const during = new Client();
  expect(await former.asksInVain('b')).toBe('A');
  expect(await during.asksInVain('c')).toBe('');
  back();

  expect(await Promise.all([former.ended, during.ended])).toEqual(['A', '']);
  expect(await new Client().asks('d')).toBe('D');
});

it('Half-open connections are dead for ever, and new ones work', async () => {
  const former = new Client();
  expect(await former.asks('a')).toBe('A');
  const back = relay.begin('half-open');
  expect(await former.asksInVain('b')).toBe('A');
  expect(await new Client().asks('c')).toBe('C');
  back();

  expect(await former.asksInVain('d')).toBe('A');
  expect(await new Client().asks('e')).toBe('E');
});

it('The end of the relay, or of the server, ends a connection', async () => {
  const accepted = once(server, 'connection');
  const [one, other] = [new Client(), new Client()];
  expect([await one.asks('a'), await other.asks('b')]).toEqual(['A', 'B']);
  const [first] = (await accepted) as [Socket];
  first.destroy();
  expect(await Promise.race([one.ended, other.ended])).toMatch(/^[AB]$/);
  relay.close();

  expect(await Promise.all([one.ended, other.ended])).toEqual(['A', 'B']);
});
