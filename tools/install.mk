# SPDX-License-Identifier: GPL-3.0-or-later
# Included by the Makefile: install, uninstall. DESTDIR stands before every path and in none of the files.

INSTALL ?= install
SCDOC ?= scdoc
BINDIR := $(PREFIX)/bin
LIBDIR := $(PREFIX)/lib
INCLUDEDIR := $(PREFIX)/include
MANDIR := $(PREFIX)/share/man
SHAREDIR := $(PREFIX)/share/detente
BASHDIR := $(PREFIX)/share/bash-completion/completions
ZSHDIR := $(PREFIX)/share/zsh/site-functions

# Manual pages: docs/man/NAME.SECTION.scd; without scdoc there are none.
MAN_SOURCES := $(wildcard docs/man/*.scd)
HAVE_SCDOC = $(eval HAVE_SCDOC := $$(shell command -v $(SCDOC)))$(HAVE_SCDOC)
MAN_PAGES = $(if $(HAVE_SCDOC),$(patsubst docs/man/%.scd,$(B)/man/%,$(MAN_SOURCES)))

$(B)/man/%: docs/man/%.scd
	@mkdir -p $(@D); $(call say,MAN) $(SCDOC) <$< >$@

man: $(MAN_PAGES) ## the manual pages, into build/CONFIG/man (needs scdoc)
	@[ -n "$(HAVE_SCDOC)" ] || echo "make: there is no scdoc here, so there are no manual pages"

install: all man ## program, library, headers, configs, manual pages, completion below DESTDIR/PREFIX
	@$(INSTALL) -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCLUDEDIR)/detente \
	    $(DESTDIR)$(SHAREDIR)/strategies $(DESTDIR)$(SHAREDIR)/personas $(DESTDIR)$(BASHDIR) $(DESTDIR)$(ZSHDIR)
	@$(INSTALL) -m 755 $(B)/detente $(DESTDIR)$(BINDIR)/detente
	@$(INSTALL) -m 755 $(B)/libdetente.so $(DESTDIR)$(LIBDIR)/libdetente.so.$(VERSION)
	@ln -sf libdetente.so.$(VERSION) $(DESTDIR)$(LIBDIR)/libdetente.so.$(SOVERSION)
	@ln -sf libdetente.so.$(SOVERSION) $(DESTDIR)$(LIBDIR)/libdetente.so
	@$(INSTALL) -m 644 $(B)/libdetente.a $(DESTDIR)$(LIBDIR)/libdetente.a
	@$(INSTALL) -m 644 $(B)/detente.pc $(DESTDIR)$(LIBDIR)/pkgconfig/detente.pc
	@$(INSTALL) -m 644 $(HEADERS) $(DESTDIR)$(INCLUDEDIR)/detente
	@for file in $(CONFIG_FILES); do $(INSTALL) -m 644 $$file $(DESTDIR)$(SHAREDIR)/$${file#configs/} || exit 1; done
	@$(INSTALL) -m 644 tools/completion/detente.bash $(DESTDIR)$(BASHDIR)/detente
	@$(INSTALL) -m 644 tools/completion/_detente $(DESTDIR)$(ZSHDIR)/_detente
	@for page in $(MAN_PAGES); do \
	    $(INSTALL) -D -m 644 $$page $(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/} || exit 1; done
	@echo "installed below $(DESTDIR)$(PREFIX)"

uninstall: ## remove what install put there
	@rm -f $(DESTDIR)$(BINDIR)/detente $(DESTDIR)$(LIBDIR)/libdetente.so $(DESTDIR)$(LIBDIR)/libdetente.so.$(SOVERSION) \
	    $(DESTDIR)$(LIBDIR)/libdetente.so.$(VERSION) $(DESTDIR)$(LIBDIR)/libdetente.a $(DESTDIR)$(LIBDIR)/pkgconfig/detente.pc \
	    $(DESTDIR)$(BASHDIR)/detente $(DESTDIR)$(ZSHDIR)/_detente \
	    $(patsubst include/%,$(DESTDIR)$(INCLUDEDIR)/%,$(HEADERS)) \
	    $(patsubst configs/%,$(DESTDIR)$(SHAREDIR)/%,$(CONFIG_FILES)) \
	    $(foreach s,$(MAN_SOURCES),$(DESTDIR)$(MANDIR)/man$(lastword $(subst ., ,$(s:.scd=)))/$(notdir $(s:.scd=)))
	@for folder in $(SHAREDIR)/strategies $(SHAREDIR)/personas $(SHAREDIR) $(INCLUDEDIR)/detente; do \
	    if [ -d $(DESTDIR)$$folder ]; then rmdir --ignore-fail-on-non-empty $(DESTDIR)$$folder; fi; done

.PHONY: man
