/** The workload that a fleet composes: a value, which creates nothing. */
import { type LocalClientFleetProps, MetaServiceHA } from '../../../lib';
import { membersOf } from '../../../lib/systems/memcache/local-client-fleet-members';
import { resolveFleet } from '../../../lib/systems/memcache/local-client-fleet-resolved';
import { shown } from '../../support/composed';
import { EVERY_DAEMON_PROP, EVERY_FLEET_PROP, EVERY_META_PROP, FLEET, META } from '../../support/memcache';
import { chart } from '../../support/workloads';

function composed(props: LocalClientFleetProps): unknown {
  return shown(membersOf(resolveFleet(props)).props);
}

const minimal = new MetaServiceHA(chart(), 'meta', META);
const full = new MetaServiceHA(chart(), 'meta', EVERY_META_PROP);

it.each<[string, LocalClientFleetProps]>([
  ['replicas and minimal props', { ...FLEET, meta: minimal }],
  ['replicas and all props', { ...EVERY_FLEET_PROP, meta: full }],
  ['a client on every node and minimal props', { ...FLEET, meta: minimal, placement: 'every-node' }],
  ['a client on every node and all props', { ...EVERY_DAEMON_PROP, meta: full }],
])('is the one of the snapshot with %s', (_, props) => {
  expect(composed(props)).toMatchSnapshot();
});
