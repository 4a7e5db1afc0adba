/** Where members stand: a namespace with their account and their pods, and a watch of their Leases. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { list, tryKubectl } from '../../cluster/kubectl';
import { ApiServer, findApiServer, tokenOf } from '../../cluster/api-server';
import { Recorder } from '../../cluster/recorder';
import { ACCOUNT, type Access, addElectors, withAccess } from '../electors';
import { Member, type MemberOptions } from './member';
import { Renewals } from './renewals';

const NAMESPACE = 'ha-bench-outage';

export interface Place {
  readonly member: Member;
  readonly renewals: Renewals;
}

/** `names` are those of the members to come, without a hyphen: the recorder tells groups apart by what is before it. */
export async function withStage(
  names: readonly string[],
  use: (stage: Stage) => Promise<void>,
): Promise<void> {
  const upstream = await findApiServer();
  try {
    await addElectors(NAMESPACE, names);
    const recorder = new Recorder(new ApiServer(upstream, await tokenOf(NAMESPACE, ACCOUNT)), NAMESPACE);
    await recorder.start();
    const pods = await list('pod', NAMESPACE);
    const uids = new Map(pods.map(({ metadata: { name, uid } }) => [name, uid]));
    await withAccess(NAMESPACE, async (access) => {
      const stage = new Stage(access, recorder, uids);
      await use(stage).finally(() => stage.end());
    });
    recorder.end();
  } finally {
    upstream.agent.destroy();
    // What went wrong before is not hidden by what goes wrong here.
    await tryKubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found']);
  }
}

export class Stage {
  private readonly members: Member[] = [];

  constructor(
    private readonly access: Access,
    private readonly recorder: Recorder,
    private readonly uids: ReadonlyMap<string, string>,
  ) {}

  async start({ name, subject, timing }: Pick<MemberOptions, 'name' | 'subject' | 'timing'>): Promise<Place> {
    const folder = join(this.access.folder, name);
    mkdirSync(folder);
    const member = new Member({
      name,
      subject,
      timing,
      uid: this.uids.get(name) ?? '',
      namespace: NAMESPACE,
      // Two runs on one machine have different addresses.
      address: `127.${16 + (process.pid % 200)}.${this.members.length}.1`,
      folder,
      access: this.access,
    });
    this.members.push(member);
    const renewals = new Renewals(name, this.recorder);
    await member.start();
    return { member, renewals };
  }

  async end(): Promise<void> {
    await Promise.all(this.members.map((member) => member.end()));
  }
}
