/**
 * Bounds the connections to a server. Of too many, the oldest of the address that has most is ended: who opens them without
 * end loses his own, and whoever comes from elsewhere is served.
 */
import type { Server, Socket } from 'node:net';

export function limitConnections(server: Server, most: number): void {
  /** The oldest first, with the address at the other end. */
  const open = new Map<Socket, string>();
  server.on('connection', (socket: Socket) => {
    open.set(socket, socket.remoteAddress ?? '');
    socket.once('close', () => open.delete(socket));
    if (open.size <= most) return;
    const excess = oldestOfMost(open);
    excess?.destroy();
    if (excess) open.delete(excess);
  });
}

function oldestOfMost(open: ReadonlyMap<Socket, string>): Socket | undefined {
  const counts = new Map<string, number>();
  for (const address of open.values()) counts.set(address, (counts.get(address) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return [...open].find(([, address]) => counts.get(address) === most)?.[0];
}
