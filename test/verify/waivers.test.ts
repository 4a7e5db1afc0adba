/** Waivers that are wrong themselves; what a right one does is tested with each rule. */
import { buildModel, check, describeFinding } from '../../lib/verify';
import { annotated, service, workload } from '../support/manifests';

const db = workload({ name: 'db' });

it('one of a rule that there is not is found, on an object and of the App', () => {
  const objects = [annotated(db, { 'cdk8s-ha/waive-host-ports': 'they never meet' })];
  const waivers = [{ rule: '', path: 'app/web', reason: 'it was there before' }];

  expect(check(buildModel(objects), waivers).map(describeFinding)).toEqual([
    '[app/db] StatefulSet ns/db waives "host-ports", which is no rule. ' +
      'Take the id from the end of the message that is to be waived, or take the waiver out. [waiver-of-no-rule]',
    '[app/web] The App waives "", which is no rule. ' +
      'Take the id from the end of the message that is to be waived, or take the waiver out. [waiver-of-no-rule]',
  ]);
});

it('one without a reason is found, on an object and of the App, also where there is no fault', () => {
  const objects = [annotated(db, { 'cdk8s-ha/waive-host-port-clash': '' })];
  const waivers = [{ rule: 'duplicate-object', path: 'app/web', reason: '\n' }];

  expect(check(buildModel(objects), waivers).map(describeFinding)).toEqual([
    '[app/db] StatefulSet ns/db waives "host-port-clash" and does not say why. ' +
      'Write why breaking the rule does no harm here, or take the waiver out. [waiver-without-reason]',
    '[app/web] The App waives "duplicate-object" and does not say why. ' +
      'Write why breaking the rule does no harm here, or take the waiver out. [waiver-without-reason]',
  ]);
});

it('what is wrong with a waiver cannot be waived', () => {
  const waivers = [
    { rule: 'duplicate-object', path: 'app/db', reason: '' },
    { rule: 'waiver-without-reason', path: 'app/db', reason: 'we are in a hurry' },
  ];

  expect(check(buildModel([db]), waivers).map(({ rule }) => rule)).toEqual([
    'waiver-of-no-rule',
    'waiver-without-reason',
  ]);
});

it('one of another rule changes nothing', () => {
  const faulty = service({
    name: 's',
    selector: { app: 'x' },
    annotations: { 'cdk8s-ha/waive-duplicate-object': 'both are the same' },
  });

  expect(check(buildModel([faulty])).map(({ rule }) => rule)).toEqual(['service-selects-no-pod']);
});
