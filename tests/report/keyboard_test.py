"""The page without a mouse: Tab reaches everything, Enter and the arrow keys work it."""

import time
import unittest

from page_case import TABLE, PageCase
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

FOCUSED = """const element = document.activeElement;
return { tag: element.tagName, name: element.getAttribute('aria-label') || element.textContent, value: element.value,
         figure: element.closest('figure')?.id, outline: getComputedStyle(element).outlineStyle };"""


class KeyboardTest(PageCase):
    def press(self, *keys):
        ActionChains(self.browser.driver).send_keys(*keys).perform()
        return self.browser.run(FOCUSED)

    def tab_to(self, wanted):
        for _ in range(200):
            focused = self.press(Keys.TAB)
            if wanted(focused):
                return focused
        self.fail("Tab never came there")

    def test_first_tab_skips_to_the_answer(self):
        focused = self.press(Keys.TAB)
        self.assertEqual(focused["name"], "Skip to the answer")
        self.assertGreaterEqual(self.browser.run("return document.activeElement.getBoundingClientRect().left"), 0)
        self.press(Keys.ENTER)
        self.assertEqual(self.browser.run("return location.hash"), "#answer")

    def test_tab_reaches_the_tools_of_every_figure_in_sight_of_an_outline(self):
        wanted = self.browser.run("return [...document.querySelectorAll('figure .tools button')].length")
        reached = 0
        for _ in range(400):
            focused = self.press(Keys.TAB)
            if focused["tag"] == "BODY":
                break
            self.assertNotEqual(focused["outline"], "none", focused)
            reached += focused["tag"] == "BUTTON"
        self.assertGreater(wanted, 20)
        self.assertEqual(reached, wanted)

    def test_enter_opens_the_table_and_saves_the_csv(self):
        focused = self.tab_to(lambda one: one["figure"] == "mixing" and one["name"] == "Table")
        self.assertEqual(self.browser.run("return document.getElementById('mixing-table').hidden"), True)
        self.assertEqual(self.press(Keys.ENTER)["name"], focused["name"])
        rows = self.browser.run("return document.querySelectorAll('#mixing-table tbody tr').length")
        self.assertEqual(rows, len(self.browser.run(TABLE, "mixing")["rows"]))
        self.assertEqual(self.browser.run("return document.activeElement.getAttribute('aria-expanded')"), "true")
        self.assertTrue(self.press(Keys.TAB)["name"].startswith("CSV of"))
        self.press(Keys.ENTER)
        end = time.monotonic() + 30
        while not (self.folder / "mixing.csv").exists() and time.monotonic() < end:
            time.sleep(0.05)
        self.assertTrue((self.folder / "mixing.csv").read_text().startswith("task,heads,metric,"))

    def test_arrows_choose_layer_and_sequences(self):
        before = self.tab_to(lambda one: one["name"] == "Layer")["value"]
        self.assertEqual(before, "last")
        after = self.press(Keys.ARROW_DOWN)
        self.assertEqual(after["name"], "Layer", "the focus stays where it was")
        self.assertNotEqual(after["value"], before)
        table = self.browser.run(TABLE, "mixing")
        self.assertEqual({row[table["columns"].index("layer")] for row in table["rows"]}, {after["value"]})
        self.assertEqual(self.press(Keys.TAB)["name"], "Sequences")
        self.press(Keys.ARROW_DOWN)
        table = self.browser.run(TABLE, "mixing")
        self.assertEqual({row[table["columns"].index("split")] for row in table["rows"]}, {"train"})
        self.assertEqual(self.browser.complaints(), [])


if __name__ == "__main__":
    unittest.main()
