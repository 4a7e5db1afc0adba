/** The annotation that carries the fencing token of whoever wrote last: on the leader's slice, and on each pod of the group. */
export const TERM_ANNOTATION = 'cdk8s-ha/term';
