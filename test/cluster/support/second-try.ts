/**
 * A test that fails is tried once more at the end of its file, and the first failure is printed: on a busy machine a
 * kubelet may take longer than a deadline to start a container again. Two masters at once are not forgiven, for what
 * ran is counted from the beginning of the namespace.
 */
jest.retryTimes(1, { logErrorsBeforeRetry: true });
