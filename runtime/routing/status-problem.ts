/** What a refusal by the API server means for whoever runs the group. */

const REMEDIES: Readonly<Record<number, string>> = {
  401: "the pod's token is not accepted",
  403: "the account's Role, its RoleBinding or an admission policy does not allow it",
  409: 'somebody else writes it at the same time',
  422: 'what stands there cannot become what is wanted: delete it, and it is made anew',
};

export function statusProblem(object: string, deed: 'read' | 'written', status: number): Error {
  const remedy = REMEDIES[status];
  return new Error(
    `${object} cannot be ${deed}: status ${status}${remedy === undefined ? '' : ` (${remedy})`}`,
  );
}
