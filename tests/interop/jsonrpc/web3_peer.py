"""The client of web3.py, driven by lines of JSON."""

import asyncio
import json
import sys

from web3 import AsyncWeb3, WebSocketProvider


async def main():
    w3 = None
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        command = json.loads(line)
        try:
            if command["do"] == "connect":
                w3 = await AsyncWeb3(WebSocketProvider(command["url"]))
                value = await w3.eth.chain_id
            elif command["do"] == "call":
                response = await w3.provider.make_request(
                    command["method"], command["params"]
                )
                value = response.get("result", response.get("error"))
            elif command["do"] == "events":
                await w3.eth.subscribe("newHeads")
                value = []
                async for event in w3.socket.process_subscriptions():
                    value.append(dict(event["result"])["number"])
                    if len(value) == command["count"]:
                        break
            answer = {"ok": json.dumps(value)}
        except Exception as error:
            answer = {"error": repr(error)}
        print(json.dumps({"id": command["id"], **answer}), flush=True)


asyncio.run(main())
