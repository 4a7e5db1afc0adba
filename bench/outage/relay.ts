/**
 * One member's way to the API server, byte for byte: TLS and HTTP/2 are between the two ends, as they are without it.
 * (The proxy of the fault suite ends TLS, speaks HTTP/1.1 and so looks into requests: pooled connections of HTTP/2 would
 * not be what is measured.)
 */
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';

/** Kinds of outages: `docs/measurements.md` says what each is. */
export const KINDS = ['away', 'silent', 'half-open'] as const;

export type Kind = (typeof KINDS)[number];

export class Relay {
  private readonly server: Server;

  /** Those of the member. */
  private readonly sockets = new Set<Socket>();

  /** Of these nothing arrives any more, whichever end has sent it. */
  private readonly dead = new Set<Socket>();
  private outage: Kind | undefined;

  constructor(private readonly upstream: { readonly host: string; readonly port: number }) {
    this.server = createServer((socket) => {
      this.accept(socket);
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  /** The returned function ends it. Connections that died stay dead; those of an API server that was silent are closed. */
  begin(kind: Kind): () => void {
    const died = new Set(this.sockets);
    this.outage = kind;
    if (kind === 'away') destroyAll(died);
    else for (const socket of died) this.dead.add(socket);
    return () => {
      this.outage = undefined;
      if (kind === 'silent') destroyAll(this.dead);
    };
  }

  close(): void {
    this.server.close();
    destroyAll(this.sockets);
  }

  private accept(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    if (this.outage === 'away') {
      socket.destroy();
      return;
    }
    this.sockets.add(socket);
    socket.on('close', () => {
      this.sockets.delete(socket);
      this.dead.delete(socket);
    });
    if (this.outage === 'silent') {
      this.dead.add(socket);
      socket.resume();
    } else this.join(socket);
  }

  private join(socket: Socket): void {
    const other = connect(this.upstream);
    const relay = (from: Socket, to: Socket) =>
      from.on('data', (chunk) => {
        if (!this.dead.has(socket)) to.write(chunk);
      });
    relay(socket, other);
    relay(other, socket);
    other.on('error', () => other.destroy());
    other.on('close', () => {
      if (!this.dead.has(socket)) socket.destroy();
    });
    socket.on('close', () => other.destroy());
  }
}

function destroyAll(sockets: ReadonlySet<Socket>): void {
  for (const socket of [...sockets]) socket.destroy();
}
