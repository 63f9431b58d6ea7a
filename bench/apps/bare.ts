// Nothing at all: what the work costs by itself.
