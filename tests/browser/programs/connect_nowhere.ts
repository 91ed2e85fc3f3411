// Copyright 2026 the Wirekit authors. MIT license.

/** Says what is wrong with a port that nobody listens on, by two carriers. */

import { connect } from "@wirekit/transport/connect";

for (const scheme of ["ws:", "tcp:"]) {
  const said = await connect(`${scheme}//127.0.0.1:1`).catch(String);
  const [, why] = /127.0.0.1:1: (nobody listens there)\./.exec(`${said}`) ?? [];
  Deno.stdout.writeSync(new TextEncoder().encode(`${why}\n`));
}
