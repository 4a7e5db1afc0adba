/** Namespaces with all that belongs to them. */
import { allNamespaces, explainNamespaces, removeNamespace, untilGone } from '../../../cluster/namespaces';
import { useFakeKubectl } from './fake-kubectl';

const fake = useFakeKubectl();

const POLICY = 'validatingadmissionpolicy.admissionregistration.k8s.io';

test("a namespace goes with the policies that begin with its name, and no other's", async () => {
  fake.answers(
    `case $* in *validating*"-o name") printf '${POLICY}/%s\\n' ns.app.writes ns-2.app.writes;; esac`,
  );

  await removeNamespace('ns');

  expect(fake.asked()).toContain('delete namespace ns --wait=false --ignore-not-found');
  expect(fake.asked().at(-1)).toBe(`delete ${POLICY}/ns.app.writes --wait=false`);
});

test('none is left on a cluster without one', async () => {
  expect(await allNamespaces()).toEqual([]);
});

test('those that are there are of no interest to who waits for others to go', async () => {
  fake.answers('printf "default ns-2"');

  await expect(untilGone(['ns'])).resolves.toBeUndefined();
});

test('each is shown with the logs of its pods', async () => {
  fake.answers('case $* in "get pods -n ns -o jsonpath"*) printf "a b";; logs*) echo "log of $2";; esac');

  const shown = await explainNamespaces(['ns']);

  expect(shown).toContain('$ kubectl get nodes -o wide');
  expect(shown).toMatch(/log of a\n[^]*log of b\n/);
});
