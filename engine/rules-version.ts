/**
 * Version of the rules by which commands become outcomes. Raised with every change of the core that
 * could give a recorded command another outcome, or a snapshot another meaning: a program replays only
 * the version that it knows. A clean stop leaves a snapshot at the last sequence, so that an upgrade
 * replays nothing.
 */
export const RULES_VERSION = 1;
