/**
 * Connections to the API server: kept to be used again, or new ones where those that are kept may be dead.
 *
 * A connection whose other end is gone without a word looks like one on which nothing happens. The kernel asks for a sign
 * of life on each; and no idle one outlives a request that was not answered.
 */
import type { ClientRequest } from 'node:http';
import { Agent } from 'node:https';

/** After so much silence the kernel asks each second, and gives the connection up when ten are not answered. */
const KEEP_ALIVE_MS = 10_000;

export class Connections {
  private readonly kept = new Agent({ keepAlive: true });

  /** For a request on a connection that is kept, or on one of its own. */
  agent(isFresh: boolean): Agent | false {
    return isFresh ? false : this.kept;
  }

  /** Has the kernel look after the connection of this request. */
  lookAfter(request: ClientRequest): void {
    request.once('socket', (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS));
  }

  /** Requests from now on begin with new connections. */
  dropIdle(): void {
    for (const sockets of Object.values(this.kept.freeSockets)) {
      for (const socket of sockets ?? []) socket.destroy();
    }
  }
}
