/**
 * The account of the pod: the token and the authority's certificate, which the kubelet renews in place.
 *
 * They are read for each request. What cannot be read for a moment is taken as it was last: a token is good for some
 * time after it was renewed, and the API server says when it is not.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Account {
  readonly token: string;
  readonly ca: Buffer;
}

export class Credentials {
  private last: Account | undefined;

  /** @param onUnreadable called when what was read last has to do */
  constructor(
    private readonly folder: string,
    private readonly onUnreadable: (error: unknown) => void,
  ) {}

  /** @throws when nothing could be read so far */
  read(): Account {
    try {
      this.last = this.fromFiles();
    } catch (error) {
      if (this.last === undefined) throw error;
      this.onUnreadable(error);
    }
    return this.last;
  }

  private fromFiles(): Account {
    const token = readFileSync(join(this.folder, 'token'), 'utf8').trim();
    const ca = readFileSync(join(this.folder, 'ca.crt'));
    if (token === '' || ca.length === 0) {
      throw new Error(`${token === '' ? 'token' : 'ca.crt'} in ${this.folder} is empty`);
    }
    return { token, ca };
  }
}
