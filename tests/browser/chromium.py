"""One page of a real browser, driven through its own pipe: no library, no port."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path


def found():
    """Return the path of a browser of the Chromium family, None without one."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


class Browser:
    """A browser without a window whose only page goes where it is told and answers what it is asked."""

    def __init__(self, path):
        self._home = Path(tempfile.mkdtemp(prefix="browser"))
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()

        def pipes():  # the browser reads its orders from 3 and answers on 4
            one, other = os.dup(to_read), os.dup(to_write)
            os.dup2(one, 3)
            os.dup2(other, 4)

        command = [path, "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={self._home}"]
        command += ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        command += ["--disable-component-update", "--disable-sync", "about:blank"]
        self._process = subprocess.Popen(
            command,
            preexec_fn=pipes,  # noqa: PLW1509
            close_fds=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        self._rest, self._number, self._session = b"", 0, None
        self.requests, self.complaints, self._loaded = [], [], False
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for part in ("Page", "Network", "Log", "Runtime"):
            self.ask(f"{part}.enable")

    def close(self):
        self._process.terminate()
        self._process.wait(20)
        os.close(self._read)
        os.close(self._write)
        shutil.rmtree(self._home, ignore_errors=True)

    def ask(self, method, **given):
        """Send one order and return its answer; what the page did meanwhile is noted."""
        self._number += 1
        order = {"id": self._number, "method": method, "params": given}
        if self._session:
            order["sessionId"] = self._session
        os.write(self._write, json.dumps(order).encode() + b"\0")
        while True:
            said = self._next()
            if said.get("id") == self._number:
                if "error" in said:
                    raise RuntimeError(f"{method}: {said['error']['message']}")
                return said["result"]

    def _next(self):
        while b"\0" not in self._rest:
            read = os.read(self._read, 1 << 20)
            if not read:
                raise RuntimeError("the browser has ended")
            self._rest += read
        line, self._rest = self._rest.split(b"\0", 1)
        said = json.loads(line)
        method, given = said.get("method"), said.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(given["request"]["url"])
        elif method == "Log.entryAdded":
            self.complaints.append(given["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(given["exceptionDetails"]["text"])
        elif method == "Page.loadEventFired":
            self._loaded = True
        return said

    def go(self, address, width=1280, *, height=900):
        """Open an address in a window of this width and wait until all is loaded."""
        self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        self._loaded = False
        failed = self.ask("Page.navigate", url=address).get("errorText")
        if failed:
            raise RuntimeError(f"{address}: {failed}")
        while not self._loaded:
            self._next()

    def value(self, expression):
        """Return what an expression of JavaScript gives in the page, waiting for a promise."""
        given = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in given:
            raise RuntimeError(given["exceptionDetails"]["exception"].get("description", "failed"))
        return given["result"].get("value")

    def picture(self, *, whole=True):
        """Return the page as PNG."""
        return base64.b64decode(self.ask("Page.captureScreenshot", captureBeyondViewport=whole)["data"])
