// Logs
export { type CapturedLog, captureLog, type LogLine } from './capture-log.ts';
export { type FuzzRun, fuzzRun, heapInUse } from './config/fuzz-run.ts';
// The machine
export { freePort } from './free-port.ts';
// What attacks
export { HOSTILE_BUILD } from './hostile-build.ts';
// What an agent says
export { makeHello, makeInstalledPackage, makeMergeEntry, makeNodeFacts, makeReport } from './make-message.ts';
export { makeTemporaryDirectory, type TemporaryDirectory } from './temporary-directory.ts';
export { makeTestCa, type TestCa, type TestLeaf } from './tls/make-certificates.ts';
// Waiting
export { waitFor } from './wait-for.ts';
