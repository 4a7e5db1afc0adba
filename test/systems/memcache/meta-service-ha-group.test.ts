/** The group that a MetaService composes: a value, which creates nothing. */
import type { MetaServiceHAProps } from '../../../lib';
import { metaGroup } from '../../../lib/systems/memcache/meta-service-ha-group';
import { resolveMeta } from '../../../lib/systems/memcache/meta-service-ha-resolved';
import { shown } from '../../support/composed';
import { EVERY_EMBEDDED_META_PROP, EVERY_META_PROP, META } from '../../support/memcache';

it.each<[string, MetaServiceHAProps]>([
  ['minimal props', META],
  ['all props', EVERY_META_PROP],
  ['an election of its own and minimal props', { ...META, election: 'embedded' }],
  ['an election of its own and all props', EVERY_EMBEDDED_META_PROP],
])('is the one of the snapshot with %s', (_, props) => {
  expect(shown(metaGroup(resolveMeta(props)))).toMatchSnapshot();
});

it.each<[string, object]>([
  ['a name that is none', { name: 'My Meta', serviceName: '' }],
  ['a port that is none', { ports: { meta: NaN } }],
  ['a release that is none', { release: '0.9' }],
  ['settings of wrong types', { settings: { logLevel: 7, logRotationFileSize: '20MB', readLease: 10 } }],
])('is composed all the same of %s, to be refused as a whole', (_, props) => {
  expect(() => metaGroup(resolveMeta({ ...META, ...props }))).not.toThrow();
});
