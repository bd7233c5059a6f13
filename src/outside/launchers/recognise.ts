// All recognisers in order: the first that knows a process names it.

import { recogniseAsgiServer } from "./asgi-servers.ts";
import { recogniseCelery } from "./celery.ts";
import { recogniseDjango, recogniseFlask } from "./django.ts";
import { recogniseGunicorn } from "./gunicorn.ts";
import type { Launch, LaunchFacts, Recognise } from "./launch.ts";
import { recognisePlain } from "./plain.ts";
import { recogniseModWsgi, recogniseUwsgi } from "./uwsgi.ts";

const recognisers: readonly Recognise[] = [
  recogniseUwsgi,
  recogniseModWsgi,
  recogniseGunicorn,
  recogniseAsgiServer,
  recogniseCelery,
  recogniseDjango,
  recogniseFlask,
];

export function recognise(facts: LaunchFacts): Launch {
  for (const recogniser of recognisers) {
    const launch = recogniser(facts);
    if (launch !== undefined) return launch;
  }
  return recognisePlain(facts);
}
