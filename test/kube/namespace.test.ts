/** Tests of the namespace that constructs live in. */
import { App, Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { StatefulStore } from '../../lib';
import { namespaceOf } from '../../lib/kube/namespace';
import { expectProblemAlone } from '../support/problems';
import { STORE } from '../support/stores';
import { chart } from '../support/workloads';

describe('the namespace of a construct', () => {
  it('is that of its chart', () => {
    expect(namespaceOf(new Construct(chart(), 'inner'))).toBe('ns');
  });

  it('is asked for where the chart has none', () => {
    const build = () => new StatefulStore(new Chart(new App(), 'plain'), 'store', STORE);

    expectProblemAlone(build, {
      property: 'namespace',
      value: undefined,
      rule: /need to know the namespace/,
      remedy: /use a SystemChart/,
    });
  });
});
