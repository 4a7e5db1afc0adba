/** Tests of names: what Kubernetes accepts, where each limit lies, and that each suggestion would be accepted. */
import fc from 'fast-check';
import {
  labelProblems,
  labelValueProblems,
  portNameProblems,
  serviceNameProblems,
  statefulSetNameProblems,
  subdomainProblems,
  suggestLabel,
} from '../../lib/kube/names';
import type { Problem } from '../../lib';
import { expectProblemAlone, refuseAt } from '../support/problems';
import { storeWith } from '../support/stores';

type Rule = (name: string) => Problem[];

const label: Rule = (name) => labelProblems(name);
const service: Rule = (name) => serviceNameProblems(name);
const subdomain: Rule = (name) => subdomainProblems(name);
const portName: Rule = (name) => portNameProblems(name);
const labelValue: Rule = (name) => labelValueProblems(name);

function statefulSet(replicas: number): Rule {
  return (name) => statefulSetNameProblems(name, replicas);
}

const a = (length: number): string => 'a'.repeat(length);

describe('a name', () => {
  it.each<[string, Rule, string]>([
    ['a label of one letter', label, 'a'],
    ['a label that begins with a digit', label, '0a'],
    ['a label with dashes', label, 'a--b'],
    ['a label of 63', label, a(63)],
    ['a Service of 63', service, a(63)],
    ['a Service that ends with a digit', service, 'a-1'],
    ['a StatefulSet of 52', statefulSet(3), a(52)],
    ['a StatefulSet of 52 with a million pods', statefulSet(1_000_000), a(52)],
    ['a StatefulSet of one pod', statefulSet(1), 'db'],
    ['a subdomain of one label', subdomain, 'a'],
    ['a subdomain of many', subdomain, '1.b-2.c'],
    ['a subdomain of 253', subdomain, `${a(63)}.${a(63)}.${a(63)}.${a(61)}`],
    ['a label of more than 63 in a subdomain', subdomain, a(253)],
    ['a port of one letter', portName, 'a'],
    ['a port of 15', portName, a(15)],
    ['a port with a digit first', portName, '9a-b'],
    ['a label value with capitals and dots', labelValue, 'A_b.c-1'],
    ['a label value of 63', labelValue, a(63)],
  ])('is accepted as %s', (_, rule, name) => {
    expect(rule(name)).toEqual([]);
  });

  it.each<[string, Rule, string, RegExp]>([
    ['an empty label', label, '', /a DNS label, 1 to 63 .* it has 0 characters/],
    ['a label of 64', label, a(64), /1 to 63 .* it has 64 characters/],
    ['a label with a capital', label, 'Db', /a DNS label/],
    ['a label with an underscore', label, 'd_b', /a DNS label/],
    ['a label with a dot', label, 'd.b', /a DNS label/],
    ['a label with a space at its end', label, 'db ', /a DNS label/],
    ['a label with a line break at its end', label, 'db\n', /a DNS label/],
    ['a label with a letter of another script', label, 'dß', /a DNS label/],
    ['a label that begins with a dash', label, '-db', /a DNS label/],
    ['a label that ends with a dash', label, 'db-', /a DNS label/],
    ['a Service that begins with a digit', service, '1db', /starts with a letter/],
    ['a Service of 64', service, a(64), /1 to 63/],
    ['an empty Service', service, '', /starts with a letter/],
    [
      'a StatefulSet of 53',
      statefulSet(3),
      a(53),
      /room for the pod's '-2' and the revision's hash, 1 to 52/,
    ],
    ['a StatefulSet with a dot', statefulSet(3), 'a.b', /1 to 52/],
    ['a StatefulSet of no pods', statefulSet(0), a(53), /the pod's '-0'/],
    ['a StatefulSet whose pods are called too long', statefulSet(100_000_000_001), a(52), /1 to 50 /],
    ['an empty subdomain', subdomain, '', /DNS labels joined by dots, at most 253/],
    ['a subdomain with an empty label', subdomain, 'a..b', /DNS labels joined by dots/],
    ['a subdomain with a dot at its end', subdomain, 'a.', /DNS labels joined by dots/],
    ['a subdomain with a slash', subdomain, 'a/b', /DNS labels joined by dots/],
    ['a subdomain of 254', subdomain, a(254), /at most 253 characters/],
    ['an empty port', portName, '', /one of them a letter/],
    ['a port of 16', portName, a(16), /at most 15/],
    ['a port of digits', portName, '8080', /one of them a letter/],
    ['a port with two dashes in a row', portName, 'a--b', /single dashes inside/],
    ['a port that begins with a dash', portName, '-a', /single dashes inside/],
    ['a port that ends with a dash', portName, 'a-', /single dashes inside/],
    ['a port with a capital', portName, 'Http', /a-z/],
    ['an empty label value', labelValue, '', /value of a label/],
    ['a label value of 64', labelValue, a(64), /1 to 63/],
    ['a label value with a space', labelValue, 'my app', /letters and digits/],
    ['a label value that ends with a dot', labelValue, 'app.', /inside also/],
  ])('is refused as %s', (_, rule, name, reason) => {
    expectProblemAlone(
      () => {
        refuseAt('p', rule(name));
      },
      { property: 'p', value: name, rule: reason, remedy: /'[^']+'$/ },
    );
  });

  it.each<[string, Rule]>([
    ['a label', label],
    ['a Service', service],
    ['a StatefulSet', statefulSet(3)],
    ['a StatefulSet of very many pods', statefulSet(10 ** 15)],
    ['a subdomain', subdomain],
    ['a subdomain to which something is appended', (name) => subdomainProblems(name, 242)],
    ['a port', portName],
    ['a label value', labelValue],
  ])('is suggested for %s only if it would be accepted', (_, rule) => {
    const awkward = fc.string({
      unit: fc.constantFrom('a', 'B', '7', '-', '.', '_', 'ß', 'İ', '\n'),
      maxLength: 300,
    });
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), awkward), (name) => {
        const suggestions = rule(name).map(({ remedy }) => /'([^']*)'$/.exec(remedy)?.[1] ?? '');
        expect(suggestions.flatMap(rule)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the suggestion', () => {
  it.each([
    ['My Store', 'my-store'],
    ['my_meta', 'my-meta'],
    ['-db-', 'db'],
    ['9lives', 'lives'],
    ['a'.repeat(70), 'a'.repeat(10)],
    ['abcdefghi-jk', 'abcdefghi'],
    ['???', 'app'],
    ['', 'app'],
  ])('for %p in ten characters is %p', (name, suggestion) => {
    expect(suggestLabel(name, 10)).toBe(suggestion);
  });

  it('leaves a name alone that a Service could have, but for dashes in a row', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z](-?[a-z0-9]){0,31}$/), (name) => {
        expect(suggestLabel(name, 63)).toBe(name);
      }),
    );
  });
});

it('refuses a StatefulSet whose revision would not fit into a label, though its pods would', () => {
  const name = a(53);

  expect(`${name}-2`.length).toBeLessThanOrEqual(63);
  expectProblemAlone(() => storeWith({ name, serviceName: 'db', containerName: 'db' }), {
    property: 'name',
    value: name,
    rule: /the revision's hash, 1 to 52/,
    remedy: new RegExp(`'${a(52)}'`),
  });
});
