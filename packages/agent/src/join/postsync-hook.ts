/** What `emerge --sync` runs when it has finished. The same text is packaging/portage/postsync.d/binhost-agent; a test holds them together. */
export const POSTSYNC_HOOK = `#!/bin/sh
# Run by \`emerge --sync\` when it has finished: has the running agent look at the new repositories.
# It may take a few seconds at most and never fails the sync; where no agent runs, nothing happens.
command -v binhost-agent >/dev/null 2>&1 || exit 0
timeout -k 5 15 binhost-agent report --reason "after emerge --sync" </dev/null >/dev/null 2>&1
exit 0
`;
