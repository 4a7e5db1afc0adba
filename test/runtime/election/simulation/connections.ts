/**
 * A member's way to the API server: requests take time, are late or lost on one of the ways, and connections die without
 * a word. As runtime/kubernetes/connections.ts has it, one that is kept is used again, until a request is not answered.
 */
import type { World } from './world';

const KEPT = 20;

interface Connection {
  isDead: boolean;
}

export interface Sent<T> {
  /** What the API server does with it. */
  readonly serve: () => T;
  readonly timeout: number;

  /** On a connection of its own. */
  readonly fresh?: boolean;
  readonly onAnswer: (answer: T) => void;
  readonly onTimeout: () => void;
}

export class Connections {
  private idle: Connection[] = [];
  private readonly open = new Set<Connection>();

  constructor(
    private readonly world: World,
    private readonly member: number,
  ) {}

  /** All that there are go on to look well, and carry nothing any more. Requests about other objects have left many. */
  die(): void {
    for (const connection of this.open) connection.isDead = true;
    this.idle = Array.from({ length: KEPT }, () => ({ isDead: true }));
  }

  send<T>({ serve, timeout, fresh = false, onAnswer, onTimeout }: Sent<T>): void {
    const { world, member } = this;
    const connection = this.take(fresh);
    const delay = () => 2 + world.random.below(world.hasTrouble('delay', member) ? 6000 : 30);
    const [there, back] = [delay(), delay()];
    const isLost = world.hasTrouble('lose-requests', member);
    const losesAnswer = isLost || world.hasTrouble('lose-answers', member) || there + back > timeout;
    let isAnswered = false;
    world.later(timeout, () => {
      if (isAnswered) return;
      this.giveUp(connection);
      onTimeout();
    });
    if (isLost) return;
    // What its sender has given up may count all the same.
    world.later(there, () => {
      if (connection.isDead) return;
      const answer = serve();
      if (losesAnswer) return;
      world.later(back, () => {
        if (connection.isDead) return;
        isAnswered = true;
        this.keep(connection, fresh);
        onAnswer(answer);
      });
    });
  }

  private take(fresh: boolean): Connection {
    if (fresh) this.drop(this.idle);
    const connection = this.idle.pop() ?? { isDead: false };
    this.open.add(connection);
    return connection;
  }

  private keep(connection: Connection, fresh: boolean): void {
    if (fresh) this.drop([connection]);
    else this.idle.push(connection);
  }

  private giveUp(connection: Connection): void {
    this.drop([connection, ...this.idle]);
  }

  private drop(connections: readonly Connection[]): void {
    const dropped = new Set(connections);
    for (const connection of dropped) this.open.delete(connection);
    this.idle = this.idle.filter((connection) => !dropped.has(connection));
  }
}
