// The one version of the house: the package's own.

import packageFacts from "../../package.json" with { type: "json" };

export const version: string = packageFacts.version;
