"""Puts ispyd_start.pth beside the package, so that ISPYD_START=1 is enough where the package is installed. All else is in pyproject.toml."""

import os

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithStart(build_py):
    def run(self) -> None:
        super().run()
        self.copy_file(os.path.join(os.path.dirname(os.path.abspath(__file__)), "ispyd_start.pth"), os.path.join(self.build_lib, "ispyd_start.pth"))


setup(cmdclass={"build_py": BuildWithStart})
